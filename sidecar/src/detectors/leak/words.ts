/** A word of a text: offsets in UTF-16 code units, and a hash independent of case, width and the encoding of accents. */
export interface Word {
  readonly start: number;
  readonly end: number;
  readonly hash: number;
}

/** Scripts without spaces yield one word per character. */
const WORD =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}]|(?:(?![\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}])[\p{L}\p{N}\p{M}])+/gu;
const ASCII = /^[\0-\x7f]*$/;
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The words of a text in order, in columns: no object for each, and none for each text. Hashes are signed. */
export interface Words {
  /** Behind these are others. */
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly hashes: Int32Array;
}

/** More are not kept for the next text. */
const KEPT = 16_384;
const KEPT_COLUMNS = columnsOf(KEPT);

function columnsOf(words: number): Omit<Words, 'count'> {
  return { starts: new Int32Array(words), ends: new Int32Array(words), hashes: new Int32Array(words) };
}

/** As `eachWord`, all at once; valid until the next call. */
export function wordsOf(text: string): Words {
  // A word has a character at least.
  const columns = text.length <= KEPT ? KEPT_COLUMNS : columnsOf(text.length);
  const { starts, ends, hashes } = columns;
  let count = 0;
  const put = ({ start, end, hash }: Word): void => {
    starts[count] = start;
    ends[count] = end;
    hashes[count] = hash;
    count += 1;
  };
  if (ASCII.test(text)) for (const next = new AsciiWords(text, FNV_BASIS); next.read();) put(next);
  else for (const word of anyWords(text, FNV_BASIS)) put(word);
  return { count, ...columns };
}

/** Ignores punctuation, case and white space. Linear, one word after the other. `basis`: other hashes for another one. */
export function eachWord(text: string, basis: number): Iterable<Word> {
  return ASCII.test(text) ? asciiWords(text, basis) : anyWords(text, basis);
}

function* anyWords(text: string, basis: number): Generator<Word> {
  for (const match of text.matchAll(WORD)) {
    yield {
      start: match.index,
      end: match.index + match[0].length,
      hash: hashOf(match[0].normalize('NFKC').toLowerCase(), basis),
    };
  }
}

/** As for other texts, without a match and a copy for each word. */
function* asciiWords(text: string, basis: number): Generator<Word> {
  for (const next = new AsciiWords(text, basis); next.read();)
    yield { start: next.start, end: next.end, hash: next.hash >>> 0 };
}

/** The word that was read last; its hash is signed. */
class AsciiWords implements Word {
  start = 0;
  end = -1;
  hash = 0;
  readonly #text: string;
  readonly #basis: number;

  constructor(text: string, basis: number) {
    this.#text = text;
    this.#basis = basis | 0;
  }

  /** False: there is no other. */
  read(): boolean {
    const text = this.#text;
    let hash = this.#basis;
    let start = this.end + 1;
    for (let at = start; at <= text.length; at++) {
      const code = lowered(at < text.length ? text.charCodeAt(at) : 0);
      if (code !== 0) {
        hash = Math.imul(hash ^ code, FNV_PRIME);
        continue;
      }
      if (at > start) {
        this.start = start;
        this.end = at;
        this.hash = hash;
        return true;
      }
      start = at + 1;
    }
    return false;
  }
}

/** A letter in lower case, or a digit; 0 for everything else. */
function lowered(code: number): number {
  if (code >= 97 && code <= 122) return code;
  if (code >= 65 && code <= 90) return code + 32;
  return code >= 48 && code <= 57 ? code : 0;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(word: string, basis: number): number {
  let hash = basis;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}
