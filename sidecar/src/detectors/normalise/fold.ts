/**
 * Folding: the same words in other characters become the same characters. NFKC (UAX #15) undoes full-width and styled letters;
 * what is invisible goes; letters of other scripts that look Latin become Latin where they stand among Latin ones (UTS #39).
 */

import { LATIN_FOR, LOOKALIKES } from './characters.ts';

/** Zero-width characters, joiners, directional marks, soft hyphen, variation selectors, fillers: invisible to readers. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0100}-\u{e01ef}]/gu;

/** Unicode tag characters spell ASCII invisibly. */
const TAGS = /[\u{e0020}-\u{e007e}]+/gu;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const LATIN = /[a-z]/i;
const LOOKALIKE = new RegExp(`[${LOOKALIKES}]`, 'gu');
const ONLY_LOOKALIKES = new RegExp(`^[${LOOKALIKES}a-z0-9]+$`, 'iu');
/** A Latin letter next to one that looks Latin: the sign of a disguised word, and rare. */
const MIXED = new RegExp(
  `[A-Za-z\\u00c0-\\u024f][\\u0300-\\u036f]*[${LOOKALIKES}]|[${LOOKALIKES}][\\u0300-\\u036f]*[A-Za-z\\u00c0-\\u024f]`,
  'u',
);
const COMBINING = /[\u0300-\u036f]/g;
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;

/** Folded text. Idempotent; plain ASCII is unchanged. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text;
  const visible = text.replace(INVISIBLE, '').replace(TAGS, '').normalize('NFKC').replace(INVISIBLE, '');
  return MIXED.test(visible) ? visible.replace(WORD, foldWord) : visible;
}

/** The text in tag characters; empty if there is none. */
export function hiddenText(text: string): string {
  if (PLAIN.test(text)) return '';
  const runs = text.match(TAGS) ?? [];
  return runs
    .map((run) => Array.from(run, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000)).join(''))
    .join(' ');
}

/** A word of mixed scripts is a disguised Latin one; a word of one script stays. */
function foldWord(word: string): string {
  if (PLAIN.test(word)) return word;
  const stripped = word.normalize('NFD').replace(COMBINING, '').normalize('NFC');
  if (LATIN.test(stripped) && ONLY_LOOKALIKES.test(stripped))
    return stripped.replace(LOOKALIKE, (letter) => LATIN_FOR.get(letter) ?? letter);
  return word;
}
