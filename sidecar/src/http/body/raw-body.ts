import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import { budgetOf } from './body-budget.ts';
import { BodyError } from './body-error.ts';
import { acceptBody } from './expectation.ts';

/** A body as it was sent, codings and all. */
export type RawBody =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Longer than what may be kept, or there is no room for it: `stream` gives all of it, from its first byte. */
  | { readonly kind: 'long'; readonly stream: Readable };

/**
 * Reads a body as it was sent. At most `limitBytes` and one chunk are kept in memory, and no more than the budget of the process leaves.
 *
 * @throws BodyError `aborted` (as a rejection) where the client left before its end, or `signal` said so
 */
export function readRawBody(
  req: IncomingMessage,
  limitBytes: number,
  signal: AbortSignal | null = null,
): Promise<RawBody> {
  acceptBody(req);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let isSettled = false;
    const budget = budgetOf(req);
    const settle = (): void => {
      isSettled = true;
      req.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      signal?.removeEventListener('abort', onGone);
    };
    /** What arrived goes on, and the rest behind it as it comes. */
    const spill = (): void => {
      settle();
      budget?.drop(req);
      req.pause();
      resolve({ kind: 'long', stream: Readable.from(all(chunks, req), { objectMode: false }) });
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      size += chunk.length;
      const hasRoom = budget?.take(req, chunk.length) ?? true;
      // Making room may have met this very body.
      if (!isSettled && (size > limitBytes || !hasRoom)) spill();
    };
    const onEnd = (): void => {
      settle();
      budget?.arrived(req);
      if (req.complete) resolve({ kind: 'whole', bytes: Buffer.concat(chunks, size) });
      else reject(new BodyError('aborted'));
    };
    const onGone = (): void => {
      settle();
      reject(new BodyError('aborted'));
    };
    budget?.begin(req, spill);
    req.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    signal?.addEventListener('abort', onGone);
    if (req.destroyed || signal?.aborted === true) onGone();
  });
}

async function* all(kept: readonly Buffer[], rest: IncomingMessage): AsyncGenerator<Buffer> {
  yield* kept;
  yield* rest as AsyncIterable<Buffer>;
}
