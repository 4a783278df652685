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

/** As `eachWord`. */
export function wordsOf(text: string, basis = FNV_BASIS): readonly Word[] {
  return [...eachWord(text, basis)];
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
  let hash = basis;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = lowered(at < text.length ? text.charCodeAt(at) : 0);
    if (code !== 0) {
      hash = Math.imul(hash ^ code, FNV_PRIME);
      continue;
    }
    if (at > start) yield { start, end: at, hash: hash >>> 0 };
    start = at + 1;
    hash = basis;
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
