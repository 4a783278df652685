/** Spaces that are not one space already: most are, and replacing each takes longer than all else. */
const SPACES = /\s{2,}|[^\S ]/gu;

/** One form of texts that read the same: compatibility characters, case and spaces. */
export function folded(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().replace(SPACES, ' ').trim();
}

/** True if `value` stands in `text`, both folded, as a whole: part of a longer word, address, path or number is another value. */
export function standsIn(text: string, value: string): boolean {
  if (value === '') return false;
  const [first = '', last = ''] = [value[0], value[value.length - 1]];
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const end = at + value.length;
    if (!joins(first, text[at - 1], text[at - 2]) && !joins(last, text[end], text[end + 1])) return true;
  }
  return false;
}

/** Scripts without spaces between words, or with endings of another script. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;

/** True if `next`, beside `edge` of a match, belongs to the same word. `beyond` is the character behind it. */
function joins(edge: string, next = ' ', beyond = ' '): boolean {
  if (UNSPACED.test(next)) return false;
  if (/[\p{L}\p{N}\p{M}]/u.test(next)) return true;
  if (/[,:]/.test(next)) return /\d/.test(edge) && /\d/.test(beyond);
  return /[._@+/-]/.test(next) && /[\p{L}\p{N}]/u.test(beyond) && !UNSPACED.test(beyond);
}
