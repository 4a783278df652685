import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Calls `gone` once if the client disconnects before its reply is complete, in the tick in which the socket closes. Not called after a
 * complete reply.
 */
export function onClientGone(_req: IncomingMessage, res: ServerResponse, gone: () => void): void {
  res.once('close', () => {
    if (!res.writableFinished) gone();
  });
}
