import { Malformed } from '../malformed.ts';
import type { Framer } from './framer.ts';
import { Utf8Stream } from './utf8-stream.ts';
import { blankFrame, type WireFrame } from './wire-frame.ts';

/**
 * Newline-delimited JSON: one value per line, each line ended by LF or CRLF, the last one by the end of the stream; blank lines carry no
 * data.
 */
export class NdjsonFramer implements Framer {
  readonly #maxFrameChars: number;
  readonly #utf8 = new Utf8Stream();
  #partial: string[] = [];
  #chars = 0;
  #atStart = true;

  constructor(maxFrameChars: number) {
    this.#maxFrameChars = maxFrameChars;
  }

  push(chunk: Uint8Array): readonly WireFrame[] {
    const lines = this.#first(this.#utf8.push(chunk)).split('\n');
    const rest = lines.pop() ?? '';
    const frames = lines.map((line) => {
      this.#add(line);
      return this.#frame();
    });
    this.#add(rest);
    return frames;
  }

  end(): readonly WireFrame[] {
    this.#add(this.#utf8.end());
    const rest = this.#partial.join('');
    // Some servers end their last line by closing the connection.
    return rest === '' ? [] : [this.#frame('')];
  }

  /** Without the byte order mark that some servers send first. */
  #first(text: string): string {
    if (!this.#atStart || text === '') return text;
    this.#atStart = false;
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  #add(piece: string): void {
    this.#chars += piece.length;
    if (this.#chars > this.#maxFrameChars)
      throw new Malformed('stream', `a frame is larger than ${this.#maxFrameChars} characters`);
    if (piece !== '') this.#partial.push(piece);
  }

  /** `terminator` ends the line. */
  #frame(terminator = '\n'): WireFrame {
    const line = this.#partial.join('');
    this.#partial = [];
    this.#chars = 0;
    const cut = line.endsWith('\r') ? -1 : line.length;
    const data = line.slice(0, cut);
    const after = line.slice(data.length) + terminator;
    if (/^[ \t]*$/.test(data)) return blankFrame(data + after);
    return { event: null, data, wire: data + after, before: '', between: ' ', after };
  }
}
