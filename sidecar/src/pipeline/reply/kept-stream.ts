import type { WireFrame } from '../../dialects/index.ts';

/** A stream of which nothing is sent before it is complete. */
export class KeptStream {
  readonly #limit: number;
  readonly #wires: (string | Uint8Array)[] = [];
  readonly #frames: string[] = [];
  #size = 0;

  /** `limit`: on bytes to send and on UTF-16 code units that arrived, together. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What is to be sent. */
  get wires(): readonly (string | Uint8Array)[] {
    return this.#wires;
  }

  /** The data of all frames as they arrived; none if that was too much to be kept. */
  get frames(): readonly string[] {
    return this.#isFull ? [] : this.#frames;
  }

  /** Notes frames as they arrived. */
  take(frames: readonly WireFrame[]): void {
    for (const { data } of frames) {
      if (data === null || this.#isFull) continue;
      this.#size += data.length;
      this.#frames.push(data);
    }
  }

  /** Adds what is to be sent. False: it is too much to be kept. */
  keep(wire: string | Uint8Array): boolean {
    this.#size += wire.length;
    this.#wires.push(wire);
    return !this.#isFull;
  }

  get #isFull(): boolean {
    return this.#size > this.#limit;
  }
}
