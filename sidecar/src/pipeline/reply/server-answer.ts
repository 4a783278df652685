import { permit, type Permitted } from '../../controls/index.ts';
import { errorBody } from '../../dialects/index.ts';
import type { McpId, Refusal } from '../../exchange/index.ts';
import { requestHeaders } from '../../http/head/hop-by-hop.ts';
import type { ReplySink, UpstreamRequest } from '../../forward/upstream.ts';
import type { HttpExchange } from '../context/exchange-context.ts';

/** Headers of the client's request that do not fit the boundary's own. */
const REPLACED: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'content-encoding',
  'last-event-id',
]);

/**
 * The answer to requests of the server that did not reach the client: it would wait for one, and with it the call that they are for.
 * Sent as the client would send it, with the client's own session and credentials. `path` is where the server takes messages.
 */
export function answerToServer(
  exchange: HttpExchange,
  path: string,
  ids: readonly McpId[],
  refusal: Refusal,
): Permitted<UpstreamRequest> {
  const { target, request } = exchange;
  const headers = requestHeaders(request.rawHeaders, { host: target.host, acceptEncoding: 'identity' });
  return permit(
    {
      origin: target.origin,
      path,
      method: 'POST',
      headers: [
        ...headers.filter(([name]) => !REPLACED.has(name)),
        ['accept', 'application/json, text/event-stream'],
        ['content-type', 'application/json'],
      ],
      body: Buffer.from(errorBody(refusal, ids, ids.length > 1)),
    },
    { kind: 'allow', hits: [] },
  );
}

/** The server only acknowledges the answer. */
export const NOT_DELIVERED: ReplySink = {
  head: () => undefined,
  data: () => true,
  end: () => undefined,
  error: () => undefined,
};
