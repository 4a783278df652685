import type { FrameContent, StreamReader } from '../../dialects/dialect.ts';
import { isHeartbeat, type WireFrame } from '../../dialects/framing/index.ts';
import { HeldFrame } from './held-frame.ts';

/**
 * Frames that arrived and are not judged yet. Reads ahead as far as frames can be judged together; frames read ahead count only once taken.
 */
export class Intake {
  readonly #reader: StreamReader;
  #arrived: WireFrame[] = [];
  /** Frames read ahead, in order. */
  #read: HeldFrame[] = [];
  /** The error of reading the frame after `#read`; thrown when all before it are taken. */
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

  /** Frames that the dialect's reader has read and that are not taken. */
  get unjudged(): number {
    return this.#read.filter((held) => held.content !== null).length;
  }

  add(frames: readonly WireFrame[]): void {
    this.#arrived.push(...frames);
  }

  /** The leading frames that only continue texts; may be empty. */
  run(): readonly HeldFrame[] {
    if (this.#read.length === 0) this.#readAhead();
    const end = this.#read.findIndex((held) => held.isHeartbeat || !onlyContinues(held.content));
    return end < 0 ? this.#read : this.#read.slice(0, end);
  }

  /** Takes the first `count` frames of `run()`. */
  takeRun(count: number): void {
    this.#read = this.#read.slice(count);
  }

  /** Takes one frame; null if none has arrived. @throws the error of reading it */
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
        if (!onlyContinues(content)) break;
      } catch (cause) {
        this.#fault = { cause };
        count = this.#arrived.length;
        break;
      }
    }
    this.#arrived = this.#arrived.slice(count);
  }

  /** Null for frames without content. After the end, the dialect decides what clients still read. */
  #contentOf(frame: WireFrame): FrameContent | null {
    const { event, data } = frame;
    if (data === null || (!this.#hasEnded && isHeartbeat(frame))) return null;
    const content = this.#reader.read({ event, data });
    this.#hasEnded ||= content.last;
    return content;
  }
}

/** True for frames without data too. */
function onlyContinues(content: FrameContent | null): boolean {
  if (content === null) return true;
  const { forks, texts, calls, ended, last, media = [], signed = [] } = content;
  return (
    !last &&
    forks === undefined &&
    media.length === 0 &&
    signed.length === 0 &&
    calls.length === 0 &&
    ended.length === 0 &&
    texts.every((text) => !text.whole && text.repeats !== true)
  );
}
