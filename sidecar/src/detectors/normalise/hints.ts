import { codeUnitsOf } from '../code-units.ts';

/** Selects the decoders worth running, in one pass over the text: a decoder costs many times as much. */
export interface Hints {
  readonly base64: boolean;
  readonly hex: boolean;
  /** Percent, entity or backslash escapes of letters. */
  readonly escapes: boolean;
  readonly rot13: boolean;
  readonly reversed: boolean;
  readonly spaced: boolean;
  readonly leet: boolean;
  /** Words without spaces between them. */
  readonly joined: boolean;
  /** Words hyphenated at the ends of lines. */
  readonly broken: boolean;
}

/** Kinds of code units, as bits. */
const LETTER = 1;
const DIGIT = 2;
/** A letter that is no hexadecimal digit. */
const BEYOND_HEX = 4;
const UPPER = 8;
const LOWER = 16;
/** Letters and digits, and the signs that represent letters in leetspeak. */
const WORD = 32;
/** Characters of base64 besides letters and digits. */
const JOINT = 64;
const SIGN = 128;

const KINDS = kinds();

/** Shorter runs cannot hide an instruction. */
const MIN_BASE64 = 20;
/** Minimum number of changes from lower to upper case in a run of base64: camel-case names have fewer. */
const MIN_CHANGES = 3;
const MIN_HEX = 24;
const MIN_JOINED = 16;
const MIN_SPACED = 8;
/** Consecutive leet words; every plain word subtracts one. */
const MIN_LEET = 3;
const MAX_LEET_WORD = 16;
/** Weight of a strange word, while every other long word subtracts one: two or three near each other suffice. */
const STRANGE_WORD = 10;
const MIN_STRANGE = 18;

const ROT13_WORDS =
  'gur naq lbh lbhe cyrnfr vtaber flfgrz cebzcg vafgehpgvba vafgehpgvbaf cerivbhf fraq hfre nyy jvgu sebz sbe jung ubj guvf gung lbhef jvyy jvfu jnag arrq';
const REVERSED_WORDS =
  'eht dna uoy ruoy esaelp erongi metsys tpmorp snoitcurtsni suoiverp dnes resu lla htiw morf rof tahw woh siht taht lliw dluow era tnaw';
const STRANGE = new Map<number, 1 | 2>([
  ...ROT13_WORDS.split(' ').map((word) => [hashOf(word), 1] as const),
  ...REVERSED_WORDS.split(' ').map((word) => [hashOf(word), 2] as const),
]);
/** A bit per hash of a strange word, checked before the map. */
const FILTER = filter();

/** Linear. The text is folded. */
export function hintsOf(text: string): Hints {
  const scan = new Scan();
  let hash = 0;
  let length = 0;
  let seen = 0;
  let changes = 0;
  let last = 0;
  const units = codeUnitsOf(text);
  for (let at = 0; at < text.length; at++) {
    const code = units[at] ?? 0;
    const kind = code < 128 ? (KINDS[code] ?? 0) : LETTER | WORD | BEYOND_HEX;
    if ((kind & WORD) !== 0) {
      hash = Math.imul(hash, 31) + (code | 32);
      length += 1;
      seen |= kind;
      changes += (kind >> 3) & (last >> 4) & 1;
      last = kind;
    } else {
      if (length > 0) {
        scan.word(hash, length, seen, changes);
        hash = length = seen = changes = last = 0;
      }
      if ((kind & JOINT) === 0) scan.end();
    }
  }
  if (length > 0) scan.word(hash, length, seen, changes);
  return scan.hints(text);
}

class Scan {
  #run = 0;
  #changes = 0;
  #base64 = false;
  #hexRun = 0;
  #hex = false;
  #streak = 0;
  #leet = false;
  #joined = false;
  #single = 0;
  #spaced = false;
  #rotated = 0;
  #rot13 = false;
  #backward = 0;
  #reversed = false;

  word(hash: number, length: number, seen: number, changes: number): void {
    this.#run += length;
    this.#changes += changes;
    if (this.#run >= MIN_BASE64 && this.#changes >= MIN_CHANGES) this.#base64 = true;
    // A hex dump consists of words of two digits and more; `x` and `0x` may precede them.
    this.#hexRun = (seen & BEYOND_HEX) === 0 && length > 1 ? this.#hexRun + length : 0;
    if (this.#hexRun >= MIN_HEX) this.#hex = true;
    this.#single = length === 1 ? this.#single + 1 : 0;
    if (this.#single >= MIN_SPACED) this.#spaced = true;
    if (length >= MIN_JOINED) this.#joined = true;
    if (length > 1) this.#longer(hash, length, seen);
  }

  /** A character outside base64. */
  end(): void {
    this.#run = this.#changes = 0;
  }

  hints(text: string): Hints {
    return {
      base64: this.#base64,
      hex: this.#hex,
      escapes: hasEscapes(text),
      rot13: this.#rot13,
      reversed: this.#reversed,
      spaced: this.#spaced,
      leet: this.#leet,
      joined: this.#joined,
      broken: (text.includes('-\n') || text.includes('-\r\n')) && /[A-Za-z]-\r?\n[ \t]*[A-Za-z]/.test(text),
    };
  }

  #strange(encoding: 1 | 2 | undefined): void {
    if (encoding === 1) {
      this.#rotated += STRANGE_WORD;
      if (this.#rotated >= MIN_STRANGE) this.#rot13 = true;
    } else if (this.#rotated > 0) this.#rotated -= 1;
    if (encoding === 2) {
      this.#backward += STRANGE_WORD;
      if (this.#backward >= MIN_STRANGE) this.#reversed = true;
    } else if (this.#backward > 0) this.#backward -= 1;
  }

  #longer(hash: number, length: number, seen: number): void {
    if ((seen & SIGN) !== 0 && (seen & LETTER) !== 0 && length > 2 && length <= MAX_LEET_WORD) {
      this.#streak += 1;
      if (this.#streak >= MIN_LEET) this.#leet = true;
    } else if (this.#streak > 0 && (seen & LETTER) !== 0) this.#streak -= 1;
    const listed = (((FILTER[(hash >>> 5) & 31] ?? 0) >>> (hash & 31)) & 1) !== 0;
    this.#strange(listed ? STRANGE.get(hash | 0) : undefined);
  }
}

function hasEscapes(text: string): boolean {
  return (
    (text.includes('%') && /%[4-7][0-9a-f]/i.test(text)) ||
    text.includes('&#') ||
    text.includes('&lt;|') ||
    (text.includes('\\') && /\\(?:u\{?00|x)[4-7e]/i.test(text)) ||
    (text.includes('\\u') && /(?:\\u\{?[0-9a-f]{4}){2}/i.test(text))
  );
}

function kinds(): Uint8Array {
  const table = new Uint8Array(128);
  const mark = (units: string, bits: number): void => {
    for (const unit of units) table[unit.charCodeAt(0)] = (table[unit.charCodeAt(0)] ?? 0) | bits;
  };
  mark('abcdefghijklmnopqrstuvwxyz', LETTER | WORD | LOWER);
  mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', LETTER | WORD | UPPER);
  mark('ghijklmnopqrstuvwyzGHIJKLMNOPQRSTUVWYZ', BEYOND_HEX);
  mark('0123456789', DIGIT | WORD);
  mark('0134578', SIGN);
  mark('@$', SIGN | WORD | BEYOND_HEX);
  mark('+/_-', JOINT);
  return table;
}

function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = (Math.imul(hash, 31) + word.charCodeAt(at)) | 0;
  return hash;
}

function filter(): Int32Array {
  const bits = new Int32Array(32);
  for (const hash of STRANGE.keys()) {
    const cell = (hash >>> 5) & 31;
    bits[cell] = (bits[cell] ?? 0) | (1 << (hash & 31));
  }
  return bits;
}
