import type { FrameContent, StreamReader } from '../../dialects/dialect.ts';
import { isHeartbeat, type WireFrame } from '../../dialects/framing/index.ts';
import { HeldFrame } from './held-frame.ts';

/**
 * Frames that arrived and are not judged yet. Reads ahead as far as frames may be judged together: nothing that was read here counts
 * before it is taken.
 */
export class Intake {
  readonly #reader: StreamReader;
  #arrived: WireFrame[] = [];
  /** Read, in order. */
  #read: HeldFrame[] = [];
  /** What reading the frame behind `#read` came to; told when all before it are taken. */
  #fault: { readonly cause: unknown } | null = null;
  #sequence = 0;
  /** The frame that ends the reply was read. */
  #hasEnded = false;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  get empty(): boolean {
    return this.#read.length === 0 && this.#arrived.length === 0 && this.#fault === null;
  }

  /** Frames that the dialect's reader has seen and that were not taken yet. */
  get unjudged(): number {
    return this.#read.filter((held) => held.content !== null).length;
  }

  add(frames: readonly WireFrame[]): void {
    this.#arrived.push(...frames);
  }

  /** The frames at the front that do nothing but go on with texts; may be none. */
  run(): readonly HeldFrame[] {
    if (this.#read.length === 0) this.#readAhead();
    const end = this.#read.findIndex((held) => held.isHeartbeat || !goesOn(held.content));
    return end < 0 ? this.#read : this.#read.slice(0, end);
  }

  /** Takes the first `count` frames of `run()`. */
  takeRun(count: number): void {
    this.#read = this.#read.slice(count);
  }

  /** Takes one frame; null where there is none. @throws what reading it threw */
  take(): HeldFrame | null {
    if (this.#read.length === 0) this.#readAhead();
    const held = this.#read.shift();
    if (held !== undefined) return held;
    const fault = this.#fault;
    this.#fault = null;
    if (fault !== null) throw fault.cause;
    return null;
  }

  #readAhead(): void {
    let count = 0;
    for (const frame of this.#arrived) {
      count += 1;
      try {
        const content = this.#contentOf(frame);
        this.#read.push(new HeldFrame(frame, this.#sequence++, content));
        if (!goesOn(content)) break;
      } catch (cause) {
        this.#fault = { cause };
        count = this.#arrived.length;
        break;
      }
    }
    this.#arrived = this.#arrived.slice(count);
  }

  /** Null for what says nothing. Behind the end, the dialect alone knows what clients still read. */
  #contentOf(frame: WireFrame): FrameContent | null {
    const { event, data } = frame;
    if (data === null || (!this.#hasEnded && isHeartbeat(frame))) return null;
    const content = this.#reader.read({ event, data });
    this.#hasEnded ||= content.last;
    return content;
  }
}

/** True for frames without data too. */
function goesOn(content: FrameContent | null): boolean {
  if (content === null) return true;
  const { forks, texts, calls, ended, last, media = [], signed = [] } = content;
  return (
    !last &&
    forks === undefined &&
    media.length === 0 &&
    signed.length === 0 &&
    calls.length === 0 &&
    ended.length === 0 &&
    texts.every((text) => !text.whole)
  );
}
