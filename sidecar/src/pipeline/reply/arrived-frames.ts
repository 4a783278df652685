import type { WireFrame } from '../../dialects/index.ts';

/** What a guard is given at once: it judges so much in a few milliseconds, whatever it is. Length of the wires of the frames. */
const SLICE = 16_384;

/** Frames of a reply that arrived and that its guard has not got, in order. */
export class ArrivedFrames {
  #frames: readonly WireFrame[] = [];
  /** Number of them that were taken. */
  #taken = 0;

  get isEmpty(): boolean {
    return this.#taken === this.#frames.length;
  }

  add(frames: readonly WireFrame[]): void {
    if (frames.length === 0) return;
    this.#frames = this.isEmpty ? frames : [...this.#frames.slice(this.#taken), ...frames];
    this.#taken = 0;
  }

  /** The next few, one at least if there is any. */
  take(): readonly WireFrame[] {
    const first = this.#taken;
    let length = 0;
    for (let frame = this.#frames[first]; frame !== undefined; frame = this.#frames[this.#taken]) {
      length += frame.wire.length;
      if (length > SLICE && this.#taken > first) break;
      this.#taken += 1;
    }
    return first === 0 && this.isEmpty ? this.#frames : this.#frames.slice(first, this.#taken);
  }
}
