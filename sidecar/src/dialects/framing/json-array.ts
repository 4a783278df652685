import { Malformed } from '../malformed.ts';
import type { Framer } from './framer.ts';
import { Utf8Stream } from './utf8-stream.ts';
import { blankFrame, type WireFrame } from './wire-frame.ts';

/** Scanner state. `element`: inside an object; `alone`: after one outside an array. */
type State = 'begin' | 'first' | 'element' | 'behind' | 'next' | 'alone' | 'over';

const BEFORE_ELEMENT: ReadonlySet<State> = new Set<State>(['begin', 'first', 'next', 'alone']);
const AT_END: ReadonlySet<State> = new Set<State>(['first', 'behind', 'next']);
const BOM = '\ufeff';

/**
 * One JSON array of objects, or objects without an array, sent incrementally; a frame is an object with the bracket or comma before it.
 * Clients count braces: a missing bracket at the end, or a leading comma, does not stop them.
 */
export class JsonArrayFramer implements Framer {
  readonly #maxFrameChars: number;
  readonly #utf8 = new Utf8Stream();
  #state: State = 'begin';
  #depth = 0;
  #inString = false;
  /** Objects without an array: an error, a whole reply, or one per line. */
  #isAlone = false;
  #escaped = false;
  /** White space, bracket or comma before the element. */
  #before = '';
  #pieces: string[] = [];
  #chars = 0;

  constructor(maxFrameChars: number) {
    this.#maxFrameChars = maxFrameChars;
  }

  push(chunk: Uint8Array): readonly WireFrame[] {
    return this.#take(this.#utf8.push(chunk));
  }

  end(): readonly WireFrame[] {
    const frames = this.#take(this.#utf8.end());
    if (this.#state === 'begin' || this.#state === 'element')
      throw new Malformed('stream', 'ends inside of the array');
    return this.#before === '' ? frames : [...frames, blankFrame(this.#before)];
  }

  #take(text: string): readonly WireFrame[] {
    const frames: WireFrame[] = [];
    let at = 0;
    while (at < text.length) {
      if (this.#state !== 'element') {
        if (this.#outside(text.charAt(at), frames)) at++;
        continue;
      }
      const end = this.#endOfElement(text, at);
      this.#grow(end - at);
      this.#pieces.push(text.slice(at, end));
      at = end;
      if (this.#depth === 0) {
        frames.push(this.#frame());
        this.#state = this.#isAlone ? 'alone' : 'behind';
      }
    }
    return frames;
  }

  /** Consumes one character between elements; false if an element begins with it. */
  #outside(char: string, frames: WireFrame[]): boolean {
    const state = this.#state;
    if (char === '{' && BEFORE_ELEMENT.has(state)) {
      this.#isAlone ||= state === 'begin';
      this.#state = 'element';
      return false;
    }
    if (char === BOM && state === 'begin' && this.#before === '') return true;
    this.#grow(1);
    this.#before += char;
    if (' \t\r\n'.includes(char)) return true;
    if (char === '[' && state === 'begin') this.#state = 'first';
    else if (char === ',' && state === 'behind') this.#state = 'next';
    else if (char === ']' && AT_END.has(state)) {
      this.#state = 'over';
      frames.push(blankFrame(this.#before));
      this.#reset();
    } else throw new Malformed('stream', 'not an array of objects');
    return true;
  }

  /** Index after the part of the element in `text`. */
  #endOfElement(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const char = text.charCodeAt(at);
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (char === 0x5c) this.#escaped = true;
        else if (char === 0x22) this.#inString = false;
      } else if (char === 0x22) this.#inString = true;
      else if (char === 0x7b || char === 0x5b) this.#depth++;
      else if ((char === 0x7d || char === 0x5d) && --this.#depth === 0) return at + 1;
    }
    return text.length;
  }

  #frame(): WireFrame {
    const data = this.#pieces.join('');
    const frame = {
      event: null,
      data,
      wire: this.#before + data,
      before: this.#before,
      between: '\n',
      after: '',
    };
    this.#reset();
    return frame;
  }

  #reset(): void {
    this.#before = '';
    this.#pieces = [];
    this.#chars = 0;
  }

  #grow(chars: number): void {
    this.#chars += chars;
    if (this.#chars > this.#maxFrameChars)
      throw new Malformed('stream', `a frame is larger than ${this.#maxFrameChars} characters`);
  }
}
