import { isLabel, parseNonFinite } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import type { Framer } from './framer.ts';
import { Utf8Stream } from './utf8-stream.ts';
import { blankFrame, renderFrame, type WireFrame } from './wire-frame.ts';

const DATA = 'data: ';
const EVENT = 'event: ';
/** A heartbeat without content, which replaces one with content. */
const HEARTBEAT = ':\n\n';

/**
 * Server-sent events (WHATWG HTML §9.2): lines end with CR, LF or CRLF, a blank line ends a frame. Comments and fields that clients ignore
 * are dropped, since no detector would read them; a frame without data, or with blank data, is forwarded as an empty comment. The last line
 * counts without its end.
 *
 * Some servers omit the blank line between events. Clients that read line by line (go-openai, LiteLLM, huggingface_hub) take each line for
 * an event; those that follow the standard join the lines and find no JSON in them. So a line that is a whole JSON object, or `[DONE]`, ends
 * its event if more data follows, and the blank line is added.
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
    let at = this.#event.empty && this.#partial.length === 0 ? this.#takeUsual(text, frames) : 0;
    terminator.lastIndex = at;
    for (let found = terminator.exec(text); found !== null; found = terminator.exec(text)) {
      this.#grow(terminator.lastIndex - at);
      const line = this.#line(text.slice(at, found.index));
      at = terminator.lastIndex;
      if (line !== '') {
        if (this.#event.endsBefore(line)) {
          const { frame, next } = this.#event.split();
          frames.push(frame);
          this.#event = next;
          this.#chars = line.length + found[0].length;
        }
        this.#event.add(line, found[0]);
      } else {
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

  /**
   * Takes the leading events that consist of `data: ` and text, with `event: ` and a label before it or not. Most do, and the standard's steps
   * for lines and fields cost many times as much. Returns the end of the last one.
   */
  #takeUsual(text: string, frames: WireFrame[]): number {
    if (text.includes('\r')) return 0;
    for (let at = 0; ;) {
      const named = text.startsWith(EVENT, at) ? text.indexOf('\n', at) + 1 : at;
      const begin = Math.max(at, named);
      const end = text.startsWith(DATA, begin) ? text.indexOf('\n\n', begin) : -1;
      if (end < 0) return at;
      const event = begin === at ? null : text.slice(at + EVENT.length, begin - 1);
      const data = text.slice(begin + DATA.length, end);
      if (data.includes('\n') || data.trim() === '' || event === '' || !isLabel(event ?? '')) return at;
      this.#grow(end + 2 - at);
      this.#chars = 0;
      const before = event === null ? DATA : `${EVENT}${event}\n${DATA}`;
      const wire = text.slice(at, end + 2);
      frames.push({ event, data, wire, before, between: `\n${DATA}`, after: '\n\n' });
      at = end + 2;
    }
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
  /** Lines other than data behind it: they belong to the next event if the blank line between is missing. */
  #behind: (readonly [line: string, terminator: string])[] = [];

  add(line: string, terminator: string): void {
    this.empty = false;
    const { field } = fieldOf(line);
    if (this.#data.length > 0 && field !== 'data') {
      this.#behind.push([line, terminator]);
      return;
    }
    this.#settle();
    this.#read(line, terminator);
  }

  /** True if the data is complete, and the line has more: the blank line between two events is missing. */
  endsBefore(line: string): boolean {
    const [data, more] = this.#data;
    if (data === undefined || more !== undefined) return false;
    const { field, value } = fieldOf(line);
    return field === 'data' && value.trim() !== '' && isWhole(data);
  }

  /** The event up to its data, and the next one with what followed. */
  split(): { readonly frame: WireFrame; readonly next: EventLines } {
    const next = new EventLines();
    for (const [line, terminator] of this.#behind) next.add(line, terminator);
    this.#behind = [];
    return { frame: this.frame('\n'), next };
  }

  #settle(): void {
    for (const [line, terminator] of this.#behind) this.#read(line, terminator);
    this.#behind = [];
  }

  #read(line: string, terminator: string): void {
    this.#raw += line + terminator;
    const { field, value } = fieldOf(line);
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
    this.#settle();
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

function fieldOf(line: string): { readonly field: string; readonly value: string } {
  const colon = line.indexOf(':');
  if (colon === -1) return { field: line, value: '' };
  return {
    field: line.slice(0, colon),
    value: line.slice(line.startsWith(' ', colon + 1) ? colon + 2 : colon + 1),
  };
}

/** A JSON object or the terminator, to which no line of the same event could be added. */
function isWhole(data: string): boolean {
  const text = data.trim();
  if (text === '[DONE]') return true;
  if (!text.startsWith('{') || !text.endsWith('}')) return false;
  try {
    parseNonFinite(text);
    return true;
  } catch {
    return false;
  }
}

/** An error of the server in its own field. */
function errorFrame(data: string): WireFrame {
  const before = 'error: ';
  return { event: null, data, wire: `${before}${data}\n\n`, before, between: ' ', after: '\n\n' };
}
