import type { Span } from './scan.ts';

/** Digits and what else a number of JSON consists of; no finding begins with a sign. */
const NUMBER = /^\d[\d.eE+-]*$/;
const REST_OF_NUMBER = /[\d.eE+-]*/y;
/** What stands outside of strings in JSON besides its punctuation: numbers, true, false, null. */
const LITERAL = /[-+.\dEaeflnrstu]/;

/**
 * Follows a text from its beginning and says where a value of JSON would begin. JSON is what begins with a bracket on a line of its own,
 * fenced or not, until something shows that it is none or its last bracket closes.
 */
export class JsonPlace {
  /** Open brackets; 0 in prose. */
  #depth = 0;
  #lineStart = true;
  #inString = false;
  #escaped = false;
  #last = '';

  /** True where a number that begins here would be a value. */
  get isValue(): boolean {
    return (
      this.#depth > 0 && !this.#inString && (this.#last === ':' || this.#last === '[' || this.#last === ',')
    );
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
    if (this.#escaped) this.#escaped = false;
    else if (character === '\\') this.#escaped = true;
    else if (character === '"') this.#inString = false;
  }

  #json(character: string): void {
    switch (character) {
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        return;
      case '"':
        this.#inString = true;
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
        if (!LITERAL.test(character)) this.#depth = 0;
    }
    this.#last = character;
  }
}

/** Replacements of numbers that are values of JSON, as strings: what parses goes on to. `spans` are sorted and do not overlap. */
export function quoteNumbers(text: string, spans: readonly Span[]): readonly Span[] {
  if (!text.includes('{') && !text.includes('[')) return spans;
  const place = new JsonPlace();
  let at = 0;
  return spans.map((span) => {
    place.follow(text.slice(at, span.start));
    at = span.start;
    return quoted(span, text, place);
  });
}

/** The span, or what takes the whole number that it begins away and leaves a string, where `place` stands at its beginning. */
export function quoted(span: Span, text: string, place: JsonPlace, base = 0): Span {
  if (!place.isValue || !NUMBER.test(text.slice(span.start - base, span.end - base))) return span;
  REST_OF_NUMBER.lastIndex = span.end - base;
  const rest = REST_OF_NUMBER.exec(text)?.[0].length ?? 0;
  return { ...span, end: span.end + rest, replacement: JSON.stringify(span.replacement) };
}
