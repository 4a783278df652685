import type { Route, RouteMatch } from '../dialect.ts';

/** What follows the colon in the path. */
export type Method =
  'generateContent' | 'streamGenerateContent' | 'countTokens' | 'embedContent' | 'batchEmbedContents';

export interface GeminiMatch extends RouteMatch {
  readonly method: Method;
}

const METHODS: ReadonlySet<string> = new Set<Method>([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
]);

/** Google AI Studio, and Vertex AI with and without a project. The model is one segment of the path. */
const PATH =
  /^\/v1(?:alpha|beta1?)?\/(?:(?:projects\/[\w.-]+\/locations\/[\w-]+\/)?publishers\/google\/)?models\/([\w.-]+):([A-Za-z]+)$/;

/** Null for other routes, and for parameters that would make the server answer in another format. */
export function matchRoute({ method, path, query }: Route): GeminiMatch | null {
  const [, model, action] = PATH.exec(path) ?? [];
  if (method !== 'POST' || model === undefined || action === undefined || !isMethod(action)) return null;
  const framing = framingOf(query);
  return framing === null
    ? null
    : { model, stream: action === 'streamGenerateContent', framing, method: action };
}

/** The route that a prompt or stream came by; a match of another dialect counts as the plainest one. */
export function methodOf(match: RouteMatch): Method {
  return 'method' in match && typeof match.method === 'string' && isMethod(match.method)
    ? match.method
    : 'generateContent';
}

function isMethod(name: string): name is Method {
  return METHODS.has(name);
}

/** Google's system parameters: `alt` and `$alt` choose the format, `callback` wraps the reply in a script. */
function framingOf(query: string): 'sse' | 'json-array' | null {
  const parameters = new URLSearchParams(query);
  if (parameters.has('$alt') || parameters.has('callback') || parameters.has('$callback')) return null;
  const [alt = 'json', ...others] = parameters.getAll('alt');
  if (others.length > 0) return null;
  if (alt === 'sse') return 'sse';
  return alt === 'json' ? 'json-array' : null;
}
