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
const ASCII_WORD = /[A-Za-z0-9]+/g;

/** Ignores punctuation, case and white space. Linear. */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  const pattern = ASCII.test(text) ? ASCII_WORD : WORD;
  for (const match of text.matchAll(pattern)) {
    words.push({
      start: match.index,
      end: match.index + match[0].length,
      hash: hashOf(match[0].normalize('NFKC').toLowerCase()),
    });
  }
  return words;
}

/** FNV-1a over UTF-16 code units. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
