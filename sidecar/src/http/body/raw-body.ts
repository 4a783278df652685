import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

import type { End } from '../../roster/index.ts';
import { budgetOf } from './body-budget.ts';
import { BodyError } from './body-error.ts';
import { acceptBody } from './expectation.ts';

/** A body as sent, content coding included. */
export type RawBody =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** Longer than the limit, or beyond the budget: `stream` yields all of it, from the first byte. */
  | { readonly kind: 'long'; readonly stream: Readable };

/**
 * Reads a body as sent. Keeps at most `limitBytes` and one chunk in memory, within the budget of the process. @throws BodyError `aborted`
 * (as a rejection) if the client disconnected before the end, or at `end`
 */
export function readRawBody(
  req: IncomingMessage,
  limitBytes: number,
  end: End | null = null,
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
      forget?.();
    };
    /** Streams the bytes read so far, then the rest as it arrives. */
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
      // Making room may have evicted this body.
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
    const forget = end?.onEnd(onGone);
    budget?.begin(req, spill);
    req.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
    if (req.destroyed || end?.hasCome === true) onGone();
  });
}

async function* all(kept: readonly Buffer[], rest: IncomingMessage): AsyncGenerator<Buffer> {
  yield* kept;
  yield* rest as AsyncIterable<Buffer>;
}
