/** Where a text ceases to be JSON (RFC 8259). `message` is for people and quotes nothing. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  /** In UTF-16 code units. */
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** A value in a text. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

type PathPart = string | number;

const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/** Reads values and keeps the place of one path. */
class JsonScanner {
  /** Of the deepest part of the wanted path that was met. */
  place = 0;
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #wanted: readonly PathPart[];
  readonly #at: 'key' | 'value';
  #offset: number;

  constructor(
    text: string,
    maxDepth: number,
    {
      start = 0,
      wanted = [],
      at = 'value',
    }: { start?: number; wanted?: readonly PathPart[]; at?: 'key' | 'value' } = {},
  ) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#wanted = wanted;
    this.#at = at;
    this.#offset = start;
  }

  /** Null: the text ends before one begins. @throws JsonFault */
  next(): JsonSpan | null {
    this.#skip(SPACE);
    const start = this.#offset;
    if (start === this.#text.length) return null;
    this.place = start;
    this.#value(0, true);
    return { start, end: this.#offset };
  }

  #value(depth: number, isOnPath: boolean): void {
    const char = this.#text[this.#offset];
    if (char === '{' || char === '[') this.#container(char, depth, isOnPath);
    else if (char === '"') this.#string();
    else if ((this.#skip(WORD) || this.#skip(NUMBER)) === 0) this.#fail('a value');
  }

  #container(open: '{' | '[', depth: number, isOnPath: boolean): void {
    if (depth === this.#maxDepth)
      throw new JsonFault(this.#offset, `nested too deeply; expected at most ${this.#maxDepth} levels`);
    const close = open === '{' ? '}' : ']';
    this.#take(open);
    for (let index = 0; !this.#isAt(close, index); index += 1) {
      if (index > 0) this.#take(',');
      const keyAt = this.#begin();
      const key = open === '{' ? this.#key() : index;
      const isNext = isOnPath && depth < this.#wanted.length && this.#wanted[depth] === key;
      const valueAt = this.#begin();
      if (isNext) this.place = this.#at === 'key' && depth === this.#wanted.length - 1 ? keyAt : valueAt;
      this.#value(depth + 1, isNext);
    }
    this.#take(close);
  }

  #key(): string {
    const start = this.#offset;
    if (this.#text[start] !== '"') this.#fail('a key in quotation marks');
    this.#string();
    const key = JSON.parse(this.#text.slice(start, this.#offset)) as string;
    this.#begin();
    this.#take(':');
    return key;
  }

  #string(): void {
    this.#offset += 1;
    do this.#skip(PLAIN);
    while (this.#skip(ESCAPE) > 0);
    if (this.#text[this.#offset] !== '"') this.#fail('the rest of a string');
    this.#offset += 1;
  }

  /** The first offset that is no space. */
  #begin(): number {
    this.#skip(SPACE);
    return this.#offset;
  }

  /** At the end of a container. Behind a comma another member must follow. */
  #isAt(close: string, index: number): boolean {
    const char = this.#text[this.#begin()];
    if (char === close) return true;
    if (index > 0 && char !== ',') this.#fail(`"," or "${close}"`);
    return false;
  }

  #take(char: string): void {
    if (this.#text[this.#offset] !== char) this.#fail(`"${char}"`);
    this.#offset += 1;
  }

  #skip(pattern: RegExp): number {
    pattern.lastIndex = this.#offset;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#offset += length;
    return length;
  }

  #fail(expected: string): never {
    const isEnd = this.#offset >= this.#text.length;
    throw new JsonFault(this.#offset, `not JSON: expected ${expected}${isEnd ? ', and the text ends' : ''}`);
  }
}

/** The values of a text, one after the other: JSON lines, or documents over several lines. @throws JsonFault */
export function jsonValues(text: string, maxDepth: number): readonly JsonSpan[] {
  const scanner = new JsonScanner(text, maxDepth);
  const found: JsonSpan[] = [];
  for (let span = scanner.next(); span !== null; span = scanner.next()) found.push(span);
  return found;
}

/** Offset of the key or value of a path in the value that begins at `start`, or of the nearest part above that exists. @throws JsonFault */
export function offsetIn(
  text: string,
  {
    start,
    wanted,
    at,
  }: { readonly start: number; readonly wanted: readonly PathPart[]; readonly at: 'key' | 'value' },
): number {
  const scanner = new JsonScanner(text, Infinity, { start, wanted, at });
  scanner.next();
  return scanner.place;
}

/** Line and column of an offset, both from 1; lines end with LF. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
