import { mergeSpans, type Span } from './span.ts';

/** Characters of JSON numbers and words (true, false, null). */
const SCALAR = /^[-+.\dEaeflnrstu]+$/;
const REST_OF_SCALAR = /[-+.\dEaeflnrstu]*/y;
/** Characters after the backslash of an escape of white space. */
const SPACES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: ' ', f: ' ' };
/** Nesting limit of JSON strings that contain JSON. */
const MAX_NESTED = 3;
/** Digits of `\uXXXX`. */
const HEX_DIGITS = 4;

/** A position in JSON inside a number or a word, or where a value would begin. */
interface ScalarPlace {
  /** UTF-16 code units of it so far; 0 at its beginning. */
  readonly begun: number;
  /** Nesting level of JSON strings. */
  readonly nested: number;
}

/**
 * Tracks the position in a text and tells where a JSON value would begin. JSON begins with a bracket on a line of its own, fenced or not,
 * and ends with its last bracket or its first syntax error. A JSON string may contain JSON in turn.
 */
export class JsonPlace {
  readonly #nested: number;
  /** Open brackets; 0 in prose. */
  #depth = 0;
  #lineStart = true;
  #inString = false;
  #escaped = false;
  /** Digits of an escape so far; null outside of one. */
  #hexDigits: string | null = null;
  #last = '';
  #begun = 0;
  /** Position in the content of the current string; null outside of strings. */
  #said: JsonPlace | null = null;

  constructor(nested = 0) {
    this.#nested = nested;
  }

  /** Null outside of JSON numbers and words. */
  get scalar(): ScalarPlace | null {
    if (this.#inString)
      return this.#escaped || this.#hexDigits !== null ? null : (this.#said?.scalar ?? null);
    if (this.#depth === 0) return null;
    const isValue = this.#begun > 0 || this.#last === ':' || this.#last === '[' || this.#last === ',';
    return isValue ? { begun: this.#begun, nested: this.#nested } : null;
  }

  /** JSON strings, one in the other, that contain the position: as often a text is escaped that is put there. */
  get strings(): number {
    return this.#inString ? 1 + (this.#said?.strings ?? 0) : 0;
  }

  /** An independent copy. */
  copy(): JsonPlace {
    const other = new JsonPlace(this.#nested);
    other.#depth = this.#depth;
    other.#lineStart = this.#lineStart;
    other.#inString = this.#inString;
    other.#escaped = this.#escaped;
    other.#hexDigits = this.#hexDigits;
    other.#last = this.#last;
    other.#begun = this.#begun;
    other.#said = this.#said?.copy() ?? null;
    return other;
  }

  follow(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (this.#depth === 0 && !this.#lineStart) {
        at = text.indexOf('\n', at);
        if (at < 0) return;
      }
      const character = text.charAt(at);
      if (this.#depth === 0) this.#prose(character);
      else if (this.#inString) this.#string(character);
      else this.#json(character);
    }
  }

  #prose(character: string): void {
    if (character === '{' || character === '[') {
      this.#depth = 1;
      this.#last = character;
    } else if (character === '\n') this.#lineStart = true;
    else if (character !== ' ' && character !== '\t' && character !== '\r') this.#lineStart = false;
  }

  #string(character: string): void {
    if (this.#hexDigits !== null) {
      this.#hexDigits += character;
      if (this.#hexDigits.length < HEX_DIGITS) return;
      this.#said?.follow(String.fromCharCode(Number.parseInt(this.#hexDigits, 16)));
      this.#hexDigits = null;
    } else if (this.#escaped) {
      this.#escaped = false;
      if (character === 'u') this.#hexDigits = '';
      else this.#said?.follow(SPACES[character] ?? character);
    } else if (character === '\\') this.#escaped = true;
    else if (character === '"') {
      this.#inString = false;
      this.#said = null;
    } else this.#said?.follow(character);
  }

  #json(character: string): void {
    const before = this.scalar;
    this.#begun = 0;
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return;
      case '"':
        this.#inString = true;
        if (this.#nested < MAX_NESTED) this.#said = new JsonPlace(this.#nested + 1);
        break;
      case '{':
      case '[':
        this.#depth += 1;
        break;
      case '}':
      case ']':
        this.#depth -= 1;
        this.#lineStart = false;
        break;
      case ':':
      case ',':
        break;
      default:
        if (!SCALAR.test(character)) this.#depth = 0;
        else if (before !== null) this.#begun = before.begun + 1;
    }
    this.#last = character;
  }
}

/** Replacements as they stand in JSON (`quoted`): the text still parses. `spans` are sorted and do not overlap. */
export function quoteNumbers(text: string, spans: readonly Span[]): readonly Span[] {
  if (!/[{[\\]/.test(text)) return spans;
  const place = new JsonPlace();
  let at = 0;
  return mergeSpans(
    spans.map((span) => {
      place.follow(text.slice(at, span.start));
      at = span.start;
      return quoted(span, text, place);
    }),
  );
}

/**
 * The span, or one that replaces the whole number or word by a string, if `place` is at its beginning. A value that is restored in a JSON string is
 * escaped as it wants it.
 */
export function quoted(span: Span, text: string, place: JsonPlace, base = 0): Span {
  const { scalar } = place;
  const written = text.slice(span.start - base, span.end - base);
  if (span.isValue === true)
    return {
      ...span,
      replacement: escapedJson(span.replacement, Math.max(place.strings, escapesOf(written))),
    };
  if (scalar === null || !SCALAR.test(written)) return span;
  REST_OF_SCALAR.lastIndex = span.end - base;
  const rest = REST_OF_SCALAR.exec(text)?.[0].length ?? 0;
  const replacement = escapedJson(JSON.stringify(span.replacement), scalar.nested);
  return { start: Math.max(span.start - scalar.begun, base), end: span.end + rest, replacement };
}

/** A text as it stands in a JSON string within so many others, itself included. */
function escapedJson(text: string, strings: number): string {
  let escaped = text;
  for (let level = 0; level < strings; level++) escaped = JSON.stringify(escaped).slice(1, -1);
  return escaped;
}

/** JSON strings, one in the other, of which the first escape tells: each doubles its backslashes. */
function escapesOf(written: string): number {
  const backslashes = /\\+(?=u)/.exec(written)?.[0].length ?? 0;
  return backslashes === 0 ? 0 : Math.floor(Math.log2(backslashes)) + 1;
}

/** What a part of a text says that stands in so many JSON strings; null for what none of them could have. */
export function unescapedJson(written: string, strings: number): string | null {
  let text = written;
  try {
    for (let level = 0; level < strings && text.includes('\\'); level++)
      text = JSON.parse(`"${text}"`) as string;
    return text;
  } catch {
    return null;
  }
}
