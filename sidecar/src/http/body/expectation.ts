import type { IncomingMessage, ServerResponse } from 'node:http';

/** Requests whose client waits for `100 Continue` before it sends the body. */
const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** Notes that the client waits. The answer is left to whoever first wants the body. */
export function expectContinue(req: IncomingMessage, res: ServerResponse): void {
  waiting.set(req, res);
}

/** True while the client waits: a refusal sent now spares it the upload. */
export function awaitsContinue(req: IncomingMessage): boolean {
  return waiting.has(req);
}

/**
 * Tells a waiting client to go ahead (RFC 9110 §10.1.1). Call it only after every check that needs nothing but the head.
 * `readBody` does; opaque forwarding must do it itself. Harmless when no client waits.
 */
export function acceptBody(req: IncomingMessage): void {
  const res = waiting.get(req);
  if (res === undefined) return;
  waiting.delete(req);
  if (!res.headersSent && !res.destroyed) res.writeContinue();
}
