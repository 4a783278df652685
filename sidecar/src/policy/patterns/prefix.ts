/**
 * Prefixes under which servers and providers serve the routes of an API that is inspected: KServe, KubeAI and vLLM's stacks (`/openai`), Azure OpenAI
 * (a deployment in the path), Gemini's OpenAI endpoint (`/v1beta/openai`), Vertex AI's (`*` is any one segment), Open WebUI (also `/ollama`),
 * OpenRouter and LM Studio (`/api`), Docker's Model Runner (`/engines`), Databricks and SageMaker, and other providers.
 */
const BUILTIN_PREFIXES: readonly string[] = [
  '/anthropic',
  '/models',
  '/openai',
  '/openai/deployments/{model}',
  '/v1beta/openai',
  '/v1alpha/openai',
  '/v1/openai',
  '/api',
  '/api/openai',
  '/api/v0',
  '/api/v3',
  '/api/paas/v4',
  '/beta',
  '/compatible-mode',
  '/inference',
  '/serving-endpoints',
  '/serving-endpoints/{model}',
  '/endpoints/{model}',
  '/compatibility',
  '/engines',
  '/engines/llama.cpp',
  '/engines/vllm',
  '/ollama',
  '/v1/projects/*/locations/*/endpoints/*',
  '/v1beta1/projects/*/locations/*/endpoints/*',
];

/** A path without its prefix. */
interface Unprefixed {
  readonly path: string;
  /** The segment at `{model}`; null if the prefix has none. */
  readonly model: string | null;
}

/** The path without each matching prefix, longest prefix first; empty without a match. Raw paths: exact, case-sensitive, never decoded. */
type Unprefix = (path: string) => readonly Unprefixed[];

export interface CompiledPrefixes {
  /** Prefixes in every list: routes below them are inspected. */
  readonly agreed: Unprefix;
  /** Those, and the workload's own: routes of the inbound listener below them are inspected. */
  readonly inbound: Unprefix;
  /** Prefixes in any list: routes below them are never passed uninspected. */
  readonly listed: Unprefix;
}

/**
 * @param own prefixes of the workload itself. They open inspected routes to its own server alone, which may serve anything at the plain routes
 * too, so that no list has a say.
 */
export function compilePrefixes(
  lists: readonly (readonly string[])[],
  own: readonly string[] = [],
): CompiledPrefixes {
  const sets = lists.map((list) => new Set(list.flatMap(expand)));
  const all = [...new Set(sets.flatMap((set) => [...set]))];
  const agreed = compile(all.filter((entry) => sets.every((set) => set.has(entry))));
  const ownOnly = compile(own);
  return {
    agreed,
    // Last, so that none stands in for one of the policy that names the model.
    inbound: (path) => [...agreed(path), ...ownOnly(path)],
    listed: compile([...new Set([...all, ...own])]),
  };
}

function compile(entries: readonly string[]): Unprefix {
  const patterns = entries.toSorted((a, b) => b.length - a.length).map(patternOf);
  return (path) =>
    patterns.flatMap((pattern) => {
      const [, prefix = '', model = null] = pattern.exec(path) ?? [];
      return prefix === '' ? [] : [{ path: path.slice(prefix.length), model }];
    });
}

function expand(entry: string): readonly string[] {
  return entry === 'builtin' ? BUILTIN_PREFIXES : [entry];
}

/** Pattern of model names in a path. */
function patternOf(entry: string): RegExp {
  const literal = entry
    .replace(/[.~]/g, '\\$&')
    .replace('{model}', '([\\w.:@-]{1,256})')
    .replaceAll('*', '[\\w.:@-]{1,256}');
  return new RegExp(`^(${literal})(?=/)`);
}
