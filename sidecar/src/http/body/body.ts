import type { IncomingMessage } from 'node:http';
import type { End } from '../../roster/index.ts';
import { budgetOf, roomFor } from './body-budget.ts';
import { BodyError } from './body-error.ts';
import { decodeWhole } from './encoding.ts';
import { acceptBody } from './expectation.ts';

export { BodyError } from './body-error.ts';
export type { BodyErrorCode } from './body-error.ts';

/**
 * Reads and decodes a whole body. `limitBytes` applies to the bytes sent and to the decoded ones; a greater declared length is refused
 * before a byte is read and before `100 Continue`. Memory exceeds the limit by one chunk at most. @throws BodyError (as a rejection). The
 * rest of the body is then read and discarded until the reply ends the connection.
 */
export function readBody(req: IncomingMessage, limitBytes: number, end: End | null): Promise<Buffer> {
  const encoding = req.headers['content-encoding'];
  const raw = readRaw(req, limitBytes, end);
  return encoding === undefined
    ? raw
    : raw.then((body) => decodeWhole(body, encoding, limitBytes, roomFor(req)));
}

/** True if the head announces a body, however short. */
export function hasBody(req: IncomingMessage): boolean {
  const length = req.headers['content-length'];
  return (length !== undefined && length !== '0') || req.headers['transfer-encoding'] !== undefined;
}

const EMPTY = Buffer.alloc(0);

function readRaw(req: IncomingMessage, limitBytes: number, end: End | null): Promise<Buffer> {
  if (end?.hasCome === true) return Promise.reject(new BodyError('aborted'));
  const declared = req.headers['content-length'];
  if (declared !== undefined && Number(declared) > limitBytes) {
    return Promise.reject(new BodyError('too_large'));
  }
  acceptBody(req);
  return new Promise((resolve, reject) => {
    const budget = budgetOf(req);
    const chunks: Buffer[] = [];
    let size = 0;
    let evicted = false;
    const settle = (error: BodyError | null): void => {
      req.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      forget?.();
      if (error === null) {
        budget?.arrived(req);
        resolve(join(chunks, size));
      } else {
        budget?.drop(req);
        chunks.length = 0;
        req.resume();
        reject(error);
      }
    };
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limitBytes) settle(new BodyError('too_large'));
      else if (budget?.take(req, chunk.length) === false) settle(new BodyError('overloaded'));
      else if (!evicted) chunks.push(chunk);
    };
    const onEnd = (): void => settle(req.complete ? null : new BodyError('aborted'));
    const onGone = (): void => settle(new BodyError('aborted'));
    const forget = end?.onEnd(onGone);
    budget?.begin(req, () => {
      evicted = true;
      settle(new BodyError('overloaded'));
    });
    req.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    if (req.destroyed) onGone();
  });
}

function join(chunks: readonly Buffer[], size: number): Buffer {
  if (chunks.length === 1) return chunks[0] ?? EMPTY;
  return chunks.length === 0 ? EMPTY : Buffer.concat(chunks, size);
}
