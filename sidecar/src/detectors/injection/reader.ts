import { codeUnitsOf } from '../code-units.ts';
import { extend, finish, join, SEED, STEM_LENGTH, stemKey } from './hashes.ts';
import { letterOf, LINE_END, NOTHING, OPENER, SEPARATOR, SENTENCE_END, SINGLE } from './letters.ts';
import { ACCOUNT_LENGTH, accountKey, markAt } from './orders/marks.ts';
import { AT_LINE, AT_STRING } from './pieces.ts';
import { AT_BEGINNING, BEFORE_COLON, NEAR_BEGINNING } from './signs.ts';

/** Called for every word of a text. `place`: its position (`AT_BEGINNING`, `BEFORE_COLON`); keys as in `hashes.ts`. */
export interface TokenVisitor {
  /** `stem`: the key of its beginning; `pair` and `triple`: the keys of the two and three words that end here. */
  word(full: number, stem: number, pair: number, triple: number, place: number): void;
  /** Something of `marks.ts` is named at the last word. */
  mark(key: number): void;
  /** A sentence ended. */
  sentence(): void;
  /** A piece of so many words or more ends here: a string of JSON or a line ended. */
  pause(words: number): void;
}

const COLON = 0x3a;
const BRACKET = 0x28;
const QUOTE = 0x22;
const CLOSING_BRACKET = 0x5d;
const GREATER = 0x3e;
const WIDE_COLON = 0xff1a;

/** Digits, bullets and other signs at the beginning of an entry. */
function beginsEntry(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2a ||
    code === 0x2d ||
    code === 0x23 ||
    code === 0x7c ||
    code === 0x2022
  );
}

/** What follows a string of JSON: `,`, `:`, `}`, `]`, a line's end. */
function followsString(code: number): boolean {
  return code === 0x2c || code === COLON || code === 0x7d || code === CLOSING_BRACKET || code === 0x0a;
}

/** Signs after which an order may begin within a sentence: comma, semicolon, dashes. */
function beginsClause(code: number): boolean {
  return code === 0x2c || code === 0x3b || code === 0x2d || code === 0x2013 || code === 0x2014;
}

/** After the name of a field, a value that is written like a sentence. */
function beginsValue(text: string, at: number, code: number): boolean {
  if (code !== COLON || text.charCodeAt(at + 1) !== 0x20) return false;
  const next = text.charCodeAt(at + 2);
  return next >= 0x41 && next <= 0x5a;
}

/** Opening quotation marks after a word, perhaps in brackets, quote another speaker; after a colon or a line end they begin a text. */
function isMention(text: string, at: number): boolean {
  if (text.charCodeAt(at) === BRACKET) return isQuote(text.charCodeAt(at + 1)) && isAfterWord(text, at);
  if (!isQuote(text.charCodeAt(at))) return false;
  return isAfterWord(text, text.charCodeAt(at - 1) === BRACKET ? at - 1 : at);
}

function isQuote(code: number): boolean {
  return code === QUOTE || code === 0x201c || code === 0xab;
}

function isAfterWord(text: string, at: number): boolean {
  return text.charCodeAt(at - 1) === 0x20 && letterOf(text.charCodeAt(at - 2)) > NOTHING;
}

/** One pass over a text, word by word. Linear, without allocation. */
export class Reader {
  readonly #listener: TokenVisitor;
  #before = 0;
  #beforePair = 0;
  #place = AT_BEGINNING | NEAR_BEGINNING;

  constructor(listener: TokenVisitor) {
    this.#listener = listener;
  }

  read(text: string): void {
    this.#before = 0;
    this.#beforePair = 0;
    this.#place = AT_BEGINNING | NEAR_BEGINNING;
    let hash = SEED;
    let stem = SEED;
    let length = 0;
    let lineEnds = 0;
    const units = codeUnitsOf(text);
    for (let at = 0; at < text.length; at++) {
      const code = units[at] ?? 0;
      const letter = letterOf(code);
      if (letter > NOTHING && letter < SINGLE) {
        hash = extend(hash, letter);
        if (++length <= STEM_LENGTH) stem = hash;
        continue;
      }
      if (letter === NOTHING) continue;
      if (length > 0) {
        this.#word(hash, stem, code);
        this.#endLong(text, at, length);
        hash = stem = SEED;
        length = lineEnds = 0;
      }
      if (letter >= SINGLE) {
        const own = extend(SEED, letter);
        // A word of such a script usually has two of them.
        const after = (this.#place & AT_BEGINNING) === 0 ? 0 : NEAR_BEGINNING;
        this.#word(own, own, 0);
        this.#place = after;
        lineEnds = 0;
      } else if (letter === SEPARATOR) {
        this.#part(text, at, code);
      } else {
        lineEnds = letter === LINE_END ? lineEnds + 1 : lineEnds;
        this.#endString(code, text.charCodeAt(at + 1));
        if (letter !== OPENER || !isMention(text, at))
          this.#separate(letter, lineEnds, text.charCodeAt(at + 1));
      }
    }
    if (length === 0) return;
    this.#word(hash, stem, 0);
    this.#endLong(text, text.length, length);
  }

  /** A long word ends before an index. */
  #endLong(text: string, end: number, length: number): void {
    if (length >= ACCOUNT_LENGTH) this.#mark(accountKey(text, end, length));
  }

  /** A separator. */
  #part(text: string, at: number, code: number): void {
    if (beginsClause(code) || beginsValue(text, at, code)) this.#place |= NEAR_BEGINNING;
    else this.#mark(markAt(text, at, code));
  }

  #mark(key: number): void {
    if (key !== 0) this.#listener.mark(key);
  }

  #word(hash: number, stem: number, next: number): void {
    const end = next === COLON || next === CLOSING_BRACKET || next === GREATER || next === WIDE_COLON;
    const own = finish(stem);
    const pair = join(this.#before, own);
    const triple = join(this.#beforePair, own);
    this.#listener.word(finish(hash), stemKey(own), pair, triple, this.#place | (end ? BEFORE_COLON : 0));
    this.#before = own;
    this.#beforePair = pair;
    this.#place = 0;
  }

  /** A quotation mark may end a string of JSON. */
  #endString(code: number, next: number): void {
    if (code === QUOTE && followsString(next)) this.#listener.pause(AT_STRING);
  }

  /**
   * A full stop ends a sentence only before white space or the end: not in `v1.2` and `example.com`. An order may still begin right after
   * it, so that a missing space hides none.
   */
  #separate(kind: number, lineEnds: number, next: number): void {
    if (kind === SENTENCE_END) {
      if (next > 0x20 && next < 0x3000 && next !== 0x22) {
        this.#place = NEAR_BEGINNING;
        return;
      }
      this.#listener.sentence();
    } else if (kind === LINE_END) {
      // An empty line, or an entry of a list or log.
      if (lineEnds > 1 || beginsEntry(next)) this.#listener.sentence();
      else this.#listener.pause(AT_LINE);
    } else if (kind !== OPENER) return;
    this.#place = AT_BEGINNING | NEAR_BEGINNING;
  }
}
