import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests whose client waits for `100 Continue` before it sends the body. */
const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Notes that the client waits. Sent when the body is first read. */
export function expectContinue(req: IncomingMessage, res: ServerResponse): void {
  waiting.set(req, res);
}

/** True while the client waits: a refusal sent now saves the upload. */
export function awaitsContinue(req: IncomingMessage): boolean {
  return waiting.has(req);
}

/**
 * Sends `100 Continue` to a waiting client (RFC 9110 §10.1.1). Call it only after every check that needs only the head. `readBody` does;
 * opaque forwarding must do it itself. No effect if no client waits.
 */
export function acceptBody(req: IncomingMessage): void {
  const res = waiting.get(req);
  if (res === undefined) return;
  waiting.delete(req);
  if (!res.headersSent && !res.destroyed) res.writeContinue();
}
