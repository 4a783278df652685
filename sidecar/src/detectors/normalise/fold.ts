/**
 * Folding: the same words in other characters become the same characters. NFKC (UAX #15) undoes full-width and styled letters;
 * what is invisible goes; letters of other scripts that look Latin become Latin where they stand among Latin ones (UTS #39).
 */

/** Zero-width, joiners, directional marks, soft hyphen, variation selectors, fillers: no reader sees them. */
const INVISIBLE =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0100}-\u{e01ef}]/gu;

/** Unicode tag characters spell ASCII that nobody sees. */
const TAGS = /[\u{e0020}-\u{e007e}]+/gu;

const CONFUSABLES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['а', 'a'],
    ['ɑ', 'a'],
    ['α', 'a'],
    ['в', 'b'],
    ['β', 'b'],
    ['с', 'c'],
    ['ϲ', 'c'],
    ['ԁ', 'd'],
    ['ɗ', 'd'],
    ['е', 'e'],
    ['ε', 'e'],
    ['ё', 'e'],
    ['ɡ', 'g'],
    ['һ', 'h'],
    ['н', 'h'],
    ['і', 'i'],
    ['ı', 'i'],
    ['ι', 'i'],
    ['ɩ', 'i'],
    ['ј', 'j'],
    ['к', 'k'],
    ['κ', 'k'],
    ['ӏ', 'l'],
    ['ⅼ', 'l'],
    ['м', 'm'],
    ['ո', 'n'],
    ['η', 'n'],
    ['п', 'n'],
    ['о', 'o'],
    ['ο', 'o'],
    ['օ', 'o'],
    ['σ', 'o'],
    ['р', 'p'],
    ['ρ', 'p'],
    ['ԛ', 'q'],
    ['г', 'r'],
    ['ѕ', 's'],
    ['т', 't'],
    ['τ', 't'],
    ['ս', 'u'],
    ['υ', 'u'],
    ['ц', 'u'],
    ['ѵ', 'v'],
    ['ν', 'v'],
    ['ԝ', 'w'],
    ['ω', 'w'],
    ['х', 'x'],
    ['χ', 'x'],
    ['у', 'y'],
    ['γ', 'y'],
    ['ү', 'y'],
    ['ᴢ', 'z'],
    ['А', 'A'],
    ['Α', 'A'],
    ['В', 'B'],
    ['Β', 'B'],
    ['С', 'C'],
    ['Е', 'E'],
    ['Ε', 'E'],
    ['Н', 'H'],
    ['Η', 'H'],
    ['І', 'I'],
    ['Ι', 'I'],
    ['Ј', 'J'],
    ['К', 'K'],
    ['Κ', 'K'],
    ['М', 'M'],
    ['Μ', 'M'],
    ['Ν', 'N'],
    ['О', 'O'],
    ['Ο', 'O'],
    ['Р', 'P'],
    ['Ρ', 'P'],
    ['Ѕ', 'S'],
    ['Т', 'T'],
    ['Τ', 'T'],
    ['Х', 'X'],
    ['Χ', 'X'],
    ['У', 'Y'],
    ['Υ', 'Y'],
    ['Ζ', 'Z'],
  ].map(([from, to]) => [from, to]),
) as Record<string, string>;

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const LATIN = /[a-z]/i;
const LOOKALIKE = new RegExp(`[${Object.keys(CONFUSABLES).join('')}]`, 'gu');
const ONLY_LOOKALIKES = new RegExp(`^[${Object.keys(CONFUSABLES).join('')}a-z0-9]+$`, 'iu');
const COMBINING = /[\u0300-\u036f]/g;
const PLAIN = /^[\t\n\r\x20-\x7e]*$/;

/** Folded text. Idempotent; plain ASCII comes back as it is. */
export function fold(text: string): string {
  if (PLAIN.test(text)) return text;
  const visible = text.replace(INVISIBLE, '').replace(TAGS, '').normalize('NFKC').replace(INVISIBLE, '');
  return visible.replace(WORD, foldWord);
}

/** What the tag characters in the text spell; empty where there are none. */
export function hiddenText(text: string): string {
  if (PLAIN.test(text)) return '';
  const runs = text.match(TAGS) ?? [];
  return runs
    .map((run) => Array.from(run, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000)).join(''))
    .join(' ');
}

/** A word of mixed scripts is Latin in disguise; a word of one script alone is left in peace. */
function foldWord(word: string): string {
  if (PLAIN.test(word)) return word;
  const stripped = word.normalize('NFD').replace(COMBINING, '').normalize('NFC');
  if (LATIN.test(stripped) && ONLY_LOOKALIKES.test(stripped))
    return stripped.replace(LOOKALIKE, (letter) => CONFUSABLES[letter] ?? letter);
  return word;
}
