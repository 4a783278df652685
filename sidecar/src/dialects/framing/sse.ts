import { isLabel } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import type { Framer } from './framer.ts';
import { Utf8Stream } from './utf8-stream.ts';
import { blankFrame, renderFrame, type WireFrame } from './wire-frame.ts';

/** A heartbeat without content, which replaces one with content. */
const HEARTBEAT = ':\n\n';

/**
 * Server-sent events (WHATWG HTML §9.2): lines end with CR, LF or CRLF, a blank line ends a frame. Comments and fields that clients ignore
 * are dropped, since no detector would read them; a frame without data, or with blank data, is forwarded as an empty comment. The last line
 * counts without its end.
 */
export class SseFramer implements Framer {
  readonly #maxFrameChars: number;
  readonly #utf8 = new Utf8Stream();
  /** Pieces of the incomplete line. */
  #partial: string[] = [];
  #event = new EventLines();
  #chars = 0;
  #first = true;
  /** A trailing CR: an LF may follow. */
  #carry = '';

  constructor(maxFrameChars: number) {
    this.#maxFrameChars = maxFrameChars;
  }

  push(chunk: Uint8Array): readonly WireFrame[] {
    let text = this.#carry + this.#utf8.push(chunk);
    this.#carry = '';
    if (this.#first && text !== '') {
      this.#first = false;
      if (text.startsWith('\ufeff')) text = text.slice(1);
    }
    if (text.endsWith('\r')) {
      this.#carry = '\r';
      text = text.slice(0, -1);
    }
    return this.#take(text);
  }

  end(): readonly WireFrame[] {
    const text = this.#carry + this.#utf8.end();
    this.#carry = '';
    let frames = this.#take(text);
    // Some servers end their last line, or the blank one after it, by closing the connection; clients accept the event.
    if (this.#partial.length > 0) frames = [...frames, ...this.#take('\n\n')];
    else if (!this.#event.empty) frames = [...frames, ...this.#take('\n')];
    return frames;
  }

  #take(text: string): readonly WireFrame[] {
    const frames: WireFrame[] = [];
    const terminator = /\r\n|\r|\n/g;
    let at = 0;
    for (let found = terminator.exec(text); found !== null; found = terminator.exec(text)) {
      this.#grow(terminator.lastIndex - at);
      const line = this.#line(text.slice(at, found.index));
      at = terminator.lastIndex;
      if (line !== '') this.#event.add(line, found[0]);
      else {
        frames.push(this.#event.frame(found[0]));
        this.#event = new EventLines();
        this.#chars = 0;
      }
    }
    if (at < text.length) {
      this.#grow(text.length - at);
      this.#partial.push(text.slice(at));
    }
    return frames;
  }

  #line(rest: string): string {
    if (this.#partial.length === 0) return rest;
    const line = this.#partial.join('') + rest;
    this.#partial = [];
    return line;
  }

  #grow(chars: number): void {
    this.#chars += chars;
    if (this.#chars > this.#maxFrameChars)
      throw new Malformed('stream', `a frame is larger than ${this.#maxFrameChars} characters`);
  }
}

/** The lines of one event. */
class EventLines {
  empty = true;
  #raw = '';
  readonly #data: string[] = [];
  #event = '';
  #id: string | null = null;
  #retry: string | null = null;
  /** All lines are ones that clients read and that can be forwarded unchanged. */
  #plain = true;
  /** A field of llama.cpp in place of `data`, for its own clients. */
  #error: string | null = null;

  add(line: string, terminator: string): void {
    this.empty = false;
    this.#raw += line + terminator;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.startsWith(' ', colon + 1) ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'error' && this.#error === null) this.#error = value;
    else if (field === 'event' && isLabel(value)) this.#event = value;
    else if (field === 'event') throw new Malformed('stream', 'an event name that is not a label');
    else if (field === 'id' && isLabel(value)) this.#id = value;
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) this.#retry = value;
    else this.#plain = false;
  }

  /** `terminator`: the end of the blank line. */
  frame(terminator: string): WireFrame {
    if (this.empty) return blankFrame(terminator);
    const head = `${this.#id === null ? '' : `id: ${this.#id}\n`}${this.#retry === null ? '' : `retry: ${this.#retry}\n`}`;
    if (this.#error !== null && this.#data.length === 0) return errorFrame(this.#error);
    const data = this.#data.join('\n');
    if (data.trim() === '') {
      // It carries no data; an ID to resume from (MCP) is kept.
      const isPlace = this.#data.length > 0 && head !== '';
      return isPlace ? { ...blankFrame(`${head}data:\n\n`), before: head } : blankFrame(HEARTBEAT);
    }
    const frame = {
      event: this.#event === '' ? null : this.#event,
      data,
      wire: this.#raw + terminator,
      before: `${head}${this.#event === '' ? '' : `event: ${this.#event}\n`}data: `,
      between: '\ndata: ',
      after: '\n\n',
    };
    return this.#plain && this.#error === null ? frame : { ...frame, wire: renderFrame(frame, data) };
  }
}

/** An error of the server in its own field. */
function errorFrame(data: string): WireFrame {
  const before = 'error: ';
  return { event: null, data, wire: `${before}${data}\n\n`, before, between: ' ', after: '\n\n' };
}
