import type { Boundary } from '../context/boundary.ts';

/** Proxies and load balancers close connections that are idle for a minute or less. Milliseconds. */
const PULSE_MS = 10_000;

/** Sends a heartbeat after `PULSE_MS` without a write, and again after each further `PULSE_MS`, while data is held back. */
export class StreamPulse {
  readonly #boundary: Pick<Boundary, 'now' | 'later'>;
  readonly #beat: () => boolean;
  #lastMs: number;
  #cancel: (() => void) | null = null;
  #hasStopped = false;

  /** `beat`: false if nothing is held back any more; `start` then resumes. */
  constructor(boundary: Pick<Boundary, 'now' | 'later'>, beat: () => boolean) {
    this.#boundary = boundary;
    this.#beat = beat;
    this.#lastMs = boundary.now();
  }

  /** Data was sent to the client. */
  written(): void {
    this.#lastMs = this.#boundary.now();
  }

  /** No effect while it runs. */
  start(): void {
    if (this.#cancel === null && !this.#hasStopped) this.#wait();
  }

  /** Permanently. */
  stop(): void {
    this.#hasStopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #wait(): void {
    const restMs = Math.max(1, this.#lastMs + PULSE_MS - this.#boundary.now());
    this.#cancel = this.#boundary.later(restMs, () => this.#wake());
  }

  #wake(): void {
    this.#cancel = null;
    const silent = this.#boundary.now() - this.#lastMs >= PULSE_MS;
    if (silent) this.written();
    if ((!silent || this.#beat()) && !this.#hasStopped) this.#wait();
  }
}
