/**
 * How texts fall into words. A code unit is a letter (its folded form: lower case, without diacritics; every digit is a zero), a letter
 * that is a word by itself (scripts without spaces), nothing (it disappears inside of a word), or a separator of some strength.
 */
export const SEPARATOR = 0;
export const NOTHING = 1;
export const LINE_END = -1;
export const SENTENCE_END = -2;
/** Quotes, brackets and other opening signs: the next word is at a beginning. */
export const OPENER = -3;
/** Set on letters that are words by themselves. */
export const SINGLE = 0x10000;

const TABLE_END = 0x3000;
const APOSTROPHES = "'’ʼ`";
const OPENERS = '">]}#*|<[({“”«»=';
const SENTENCE_ENDS = '.!?;।؟۔…';
/** Marks that do not distinguish words: combining diacritics, Arabic vowel signs, the Indic nukta. */
const SILENT = /^[\u0300-\u036f\u064b-\u065f\u0670\u093c\u09bc]$/;
const WORD = /^[\p{L}\p{M}\p{N}]$/u;

const TABLE = buildTable();

/** The class of a UTF-16 code unit, as above. */
export function letterOf(code: number): number {
  return code < TABLE_END ? (TABLE[code] ?? SEPARATOR) : wideLetter(code);
}

/** Ideographs, kana and Hangul syllables are words; surrogates (emoji, rare ideographs) and wide punctuation separate. */
function wideLetter(code: number): number {
  if (code === 0x3002 || code === 0xff01 || code === 0xff1f) return SENTENCE_END;
  if (code < 0x3040 || code === 0x30fb || (code >= 0xd800 && code < 0xf900) || code >= 0xfb00)
    return SEPARATOR;
  return code | SINGLE;
}

function buildTable(): Int32Array {
  const table = new Int32Array(TABLE_END);
  for (let code = 0; code < TABLE_END; code++) table[code] = classify(code);
  return table;
}

function classify(code: number): number {
  const unit = String.fromCharCode(code);
  if (unit === '\n') return LINE_END;
  if (SENTENCE_ENDS.includes(unit)) return SENTENCE_END;
  if (OPENERS.includes(unit)) return OPENER;
  if (APOSTROPHES.includes(unit) || SILENT.test(unit)) return NOTHING;
  if (!WORD.test(unit)) return SEPARATOR;
  if (/^\p{Nd}$/u.test(unit)) return 0x30;
  const plain = (unit.normalize('NFD')[0] ?? unit).toLowerCase().charCodeAt(0);
  return spaceless(code) ? plain | SINGLE : plain === 0x131 ? 0x69 : plain;
}

/** Thai, Lao, Tibetan, Burmese, Khmer. */
function spaceless(code: number): boolean {
  return (code >= 0x0e00 && code < 0x10a0) || (code >= 0x1780 && code < 0x1800);
}
