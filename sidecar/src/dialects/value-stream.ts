import type { Refusal } from '../exchange/index.ts';
import { SILENT, type Frame, type FrameContent, type StreamReader } from './dialect.ts';
import { isArray, isObject, leavesOf, parseText, type JsonValue } from './json/index.ts';
import { Malformed } from './malformed.ts';

/**
 * Reads frames with JSON other than an object (`null`, a string, a list), which clients pass on unparsed, and frames with plain words (the
 * time in a ping, an error of a server's framework): all of it is text. Other frames are read by the dialect.
 */
export class ValueStream implements StreamReader {
  readonly #dialect: StreamReader;
  /** For each frame that was read and not released, oldest first: whether it is not an object. */
  readonly #waiting: boolean[] = [];
  #values = 0;
  /** The server reported a failure in plain words: nothing follows. */
  #hasFailed = false;

  constructor(dialect: StreamReader) {
    this.#dialect = dialect;
  }

  read(frame: Frame): FrameContent {
    // The usual words end here; whether others are JSON is asked of a parser that throws, which takes a hundred times as long.
    if (frame.data.startsWith('{') || frame.data === '[DONE]') {
      this.#waiting.push(false);
      return this.#dialect.read(frame);
    }
    const value = valueOf(frame.data);
    const isPlain = value === undefined && isWords(frame.data);
    this.#waiting.push(value !== undefined || isPlain);
    if (isPlain) {
      this.#hasFailed ||= frame.event === 'error';
      return plain(frame.data);
    }
    if (value === undefined) return this.#dialect.read(frame);
    const texts = leavesOf(value, '').map(({ pointer, text }) => {
      const key = `value/${this.#values}${pointer}`;
      return { key, pointer, text, origin: 'assistant', channel: 'content', whole: true } as const;
    });
    this.#values++;
    return { ...SILENT, texts };
  }

  complete(): boolean {
    return this.#hasFailed || this.#dialect.complete();
  }

  rest(): Pick<FrameContent, 'calls' | 'ended'> | undefined {
    return this.#dialect.rest?.();
  }

  finish(refusal: Refusal, unjudged = 0): string {
    const values = this.#waiting.slice(this.#waiting.length - unjudged).filter((isValue) => isValue).length;
    return this.#dialect.finish(refusal, unjudged - values);
  }

  raise(refusal: Refusal): string {
    return this.#dialect.raise(refusal);
  }

  released(frame: Frame): void {
    if (this.#waiting.shift() !== true) this.#dialect.released(frame);
  }
}

/** Undefined if the dialect reads the frame: an object, a word such as `[DONE]`, or invalid JSON. @throws Malformed */
function valueOf(data: string): JsonValue | undefined {
  if (/^\s*(?:\{|$)/.test(data)) return undefined;
  try {
    JSON.parse(data);
  } catch {
    return undefined;
  }
  const value = parseText(data);
  // Some clients read the objects in a list: each must be an error and nothing else.
  if (isArray(value) && !value.every(saysNoMore)) throw new Malformed('body', 'must be a JSON object');
  return value;
}

/** Neither JSON nor the beginning of it; `[DONE]` belongs to the dialect. */
function isWords(data: string): boolean {
  const text = data.trim();
  return /^(?:[^\s{["]|\[[A-Za-z]+\]$)/.test(text) && text !== '[DONE]' && !isJson(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** One text continues over such frames. */
function plain(data: string): FrameContent {
  const text = { key: 'words', pointer: '', text: data, origin: 'assistant', channel: 'content' } as const;
  return { ...SILENT, texts: [{ ...text, whole: false }], isPlain: true };
}

function saysNoMore(value: JsonValue): boolean {
  if (isArray(value)) return value.every(saysNoMore);
  return !isObject(value) || Object.keys(value).join() === 'error';
}
