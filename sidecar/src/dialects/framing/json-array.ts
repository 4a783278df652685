import { Malformed } from '../malformed.ts';
import type { Framer } from './framer.ts';
import { Utf8Stream } from './utf8-stream.ts';
import { blankFrame, type WireFrame } from './wire-frame.ts';

/** Where the scan stands. `element` is inside of an object; `alone` is behind one that stands in no array. */
type State = 'begin' | 'first' | 'element' | 'behind' | 'next' | 'alone' | 'over';

const BEFORE_ELEMENT: ReadonlySet<State> = new Set<State>(['begin', 'first', 'next', 'alone']);
const AT_END: ReadonlySet<State> = new Set<State>(['first', 'behind', 'next']);
const BOM = '\ufeff';

/**
 * One JSON array of objects, or objects without one, written piecemeal; a frame is an object with the bracket or comma before it. Clients count
 * braces: a bracket that is missing at the end, or a comma before it, does not keep them from reading what came.
 */
export class JsonArrayFramer implements Framer {
  readonly #maxFrameChars: number;
  readonly #utf8 = new Utf8Stream();
  #state: State = 'begin';
  #depth = 0;
  #inString = false;
  /** Objects stand in place of the array: an error, a reply in one piece, or one on each line. */
  #isAlone = false;
  #escaped = false;
  /** What stands before the element: white space, a bracket or a comma. */
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

  /** Takes one character between elements; false where an element begins with it. */
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

  /** Index behind what `text` holds of the element. */
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
