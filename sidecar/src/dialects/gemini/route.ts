import type { Route, RouteMatch } from '../dialect.ts';
import { Malformed } from '../malformed.ts';

/** The part of the path after the colon. */
export type Method =
  'generateContent' | 'streamGenerateContent' | 'countTokens' | 'embedContent' | 'batchEmbedContents';

export interface GeminiMatch extends RouteMatch {
  readonly method: Method;
  /** False if the query asks for a format that cannot be inspected. */
  readonly isReadable: boolean;
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

/** Null for other routes, whatever the query: an unsupported one is refused with the prompt, never passed as an unknown route. */
export function matchRoute({ method, path, query }: Route): GeminiMatch | null {
  const [, model, action] = PATH.exec(path) ?? [];
  if (method !== 'POST' || model === undefined || action === undefined || !isMethod(action)) return null;
  const framing = framingOf(query);
  const stream = action === 'streamGenerateContent';
  return { model, stream, framing: framing ?? 'json-array', method: action, isReadable: framing !== null };
}

/**
 * The method in the route; for a match of another dialect the simplest one. @throws Malformed if the query asks for a format that cannot be
 * inspected.
 */
export function methodOf(match: RouteMatch): Method {
  if ('isReadable' in match && match.isReadable !== true) {
    throw new Malformed('query', 'alt must be json or sse, given once; callback is not supported');
  }
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
