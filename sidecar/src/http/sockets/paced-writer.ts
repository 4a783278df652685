import type { ServerResponse } from 'node:http';
import { cutUnread } from './unread.ts';

/**
 * Writes a reply at the pace of its reader. A client that leaves a full buffer unread for `stallTimeoutMs` is cut off: it
 * would hold the upstream's connection, and the model, for as long as it likes.
 */
export class PacedWriter {
  readonly #res: ServerResponse;
  readonly #stallTimeoutMs: number;
  readonly #onDrain: () => void;
  #stall: NodeJS.Timeout | null = null;

  constructor(res: ServerResponse, stallTimeoutMs: number, onDrain: () => void) {
    this.#res = res;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#onDrain = onDrain;
    res.on('drain', () => {
      this.#clear();
      this.#onDrain();
    });
    res.once('close', () => this.#clear());
  }

  /** False: stop, `onDrain` says when to go on. After the client left, everything is accepted and thrown away. */
  write(chunk: Uint8Array | string): boolean {
    const { destroyed } = this.#res;
    if (destroyed || this.#res.write(chunk)) return true;
    this.#stall ??= setTimeout(() => cutUnread(this.#res), this.#stallTimeoutMs).unref();
    return false;
  }

  #clear(): void {
    if (this.#stall !== null) clearTimeout(this.#stall);
    this.#stall = null;
  }
}

/** Ends a reply with all that is left of it. A client that takes nothing for `stallTimeoutMs` is cut off, so that it holds no memory. */
export function endWithStallTimeout(
  res: ServerResponse,
  body: Uint8Array | undefined,
  stallTimeoutMs: number,
): void {
  // Idle means that no byte left: the timer of a socket starts anew with each write that the system takes.
  res.setTimeout(stallTimeoutMs, () => cutUnread(res));
  res.end(body);
}
