import type { IncomingMessage } from 'node:http';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Target } from './target.ts';

/** A request on a route that is not inspected. */
interface Passing {
  readonly method: string;
  readonly target: Pick<Target, 'path' | 'query'>;
  readonly policy: CompiledPolicy | null;
  readonly request: Pick<IncomingMessage, 'headers'>;
}

/**
 * Whether it has room for no prompt: without a query, a preflight of the CORS protocol, or a GET or HEAD of a path that the policy names and
 * of a stream of no events. An entry that ends in `*` names no path: the rest of it may be a question.
 */
export function isBare({ method, target: { path, query }, policy, request: { headers } }: Passing): boolean {
  if (query !== '') return false;
  if (method === 'OPTIONS') return headers['access-control-request-method'] !== undefined;
  if (method !== 'GET' && method !== 'HEAD') return false;
  return policy?.endpoints.names(method, path) === true && !isEventStream(headers.accept);
}

/** Such streams carry replies of models and of MCP servers. */
export function isEventStream(type: string | null | undefined): boolean {
  return /text\/event-stream/i.test(type ?? '');
}
