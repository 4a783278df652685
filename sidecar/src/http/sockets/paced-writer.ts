import type { ServerResponse } from 'node:http';
import { cutUnread } from './unread.ts';

/**
 * Writes a reply with backpressure. A client that does not drain a full buffer within `stallTimeoutMs` is cut off: it would hold the
 * upstream's connection, and the model, indefinitely.
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

  /** False: stop until `onDrain`. After the client disconnected, everything is accepted and discarded. */
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

/** Ends a reply with its last bytes. A client that reads nothing for `stallTimeoutMs` is cut off, so that it holds no memory. */
export function endWithStallTimeout(
  res: ServerResponse,
  body: Uint8Array | undefined,
  stallTimeoutMs: number,
): void {
  // Idle means that no byte was sent: a socket's timer restarts with each write that the system accepts.
  res.setTimeout(stallTimeoutMs, () => cutUnread(res));
  res.end(body);
}
