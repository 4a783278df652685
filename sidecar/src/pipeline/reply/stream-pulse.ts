import type { Boundary } from '../context/boundary.ts';

/** What stands between clients and servers ends connections that say nothing for a minute or less. Milliseconds. */
const PULSE_MS = 10_000;

/** Beats when nothing was written for `PULSE_MS`, and again after each `PULSE_MS` of silence, as long as there is a reason to. */
export class StreamPulse {
  readonly #boundary: Pick<Boundary, 'now' | 'later'>;
  readonly #beat: () => boolean;
  #lastMs: number;
  #cancel: (() => void) | null = null;
  #hasStopped = false;

  /** `beat`: false where nothing is held back any more; `start` begins anew. */
  constructor(boundary: Pick<Boundary, 'now' | 'later'>, beat: () => boolean) {
    this.#boundary = boundary;
    this.#beat = beat;
    this.#lastMs = boundary.now();
  }

  /** Something went to the client. */
  written(): void {
    this.#lastMs = this.#boundary.now();
  }

  /** Harmless while it runs. */
  start(): void {
    if (this.#cancel === null && !this.#hasStopped) this.#wait();
  }

  /** For good. */
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
