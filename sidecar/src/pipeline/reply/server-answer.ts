import { permit, type Permitted } from '../../controls/index.ts';
import { errorBody } from '../../dialects/index.ts';
import type { McpId, Refusal } from '../../exchange/index.ts';
import { requestHeaders } from '../../http/head/hop-by-hop.ts';
import type { ReplySink } from '../../forward/transfer.ts';
import type { UpstreamRequest } from '../../forward/upstream.ts';
import type { HttpExchange } from '../context/exchange-context.ts';

/** Headers of the client's request that the answer replaces. */
const REPLACED: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'content-encoding',
  'last-event-id',
]);

/**
 * Answers requests of the server that were refused on their way to the client: the server would wait for a response, and the client's own
 * call with it. Sent with the client's session and credentials. `path` is the server's path for messages.
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

/** Discards the server's acknowledgement of the answer. */
export const NOT_DELIVERED: ReplySink = {
  head: () => undefined,
  data: () => true,
  end: () => undefined,
  error: () => undefined,
};
