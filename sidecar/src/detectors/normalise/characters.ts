/** Letters that look Latin, and below each the Latin one. */
export const LOOKALIKES = 'аɑαвβсϲԁɗеεёɡһніıιɩјкκӏⅼмոηпоοօσрρԛгѕтτսυцѵνԝωхχуγүᴢАΑВΒСЕΕНΗІΙЈКΚМΜΝОΟРΡЅТΤХΧУΥΖ';
const LATIN_LETTERS = 'aaabbccddeeeghhiiiijkkllmnnnooooppqrsttuuuvvwwxxyyyzAABBCEEHHIIJKKMMNOOPPSTTXXYYZ';
export const LATIN_FOR: ReadonlyMap<string, string> = new Map(
  Array.from(LOOKALIKES, (letter, at) => [letter, LATIN_LETTERS[at] ?? letter]),
);

/** Runs of the alphabet in signs that NFKC leaves alone: the first sign, and the letter or digit that it shows. */
const ALPHABETS: readonly (readonly [first: number, shown: string, count: number])[] = [
  [0x2776, '1', 9],
  [0x278a, '1', 9],
  [0x1f150, 'A', 26],
  [0x1f170, 'A', 26],
  [0x1f1e6, 'A', 26],
];
const SMALL_CAPITALS = 'ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏ';
const SMALL_FOR = new Map(
  Array.from(SMALL_CAPITALS, (letter, at) => [letter, 'abcdefghijklmnopqrstuvwy'[at]]),
);

/** Signs that show a letter or a digit, as a class of a regular expression with the flag `u`. */
export const SHOWN_SIGNS =
  '[\\u00aa\\u00b2\\u00b3\\u00b9\\u00ba\\u02b0-\\u02b8\\u02e1-\\u02e3\\u1d00-\\u1d22\\u1d2c-\\u1d6a\\u2070-\\u209c\\u2102-\\u2149\\u2460-\\u24ea\\u2776-\\u2793' +
  'ʙɢʜɪʟɴʀʏꜰꜱꞯ\\ufe52\\ufe55\\ufe6b\\uff02-\\uff05\\uff07\\uff0a\\uff0b\\uff0e-\\uff1a\\uff1d\\uff20-\\uff3d\\uff3f-\\uff5e\\u{1d400}-\\u{1d7ff}\\u{1f110}-\\u{1f1ff}]|[^\\P{Nd}0-9]';
const PLAIN = /^\(?([A-Za-z0-9@.:+_"#$%'*/=[\]\\`{|}~]{1,3})\)?\.?$/;
const DIGIT = /^\p{Nd}$/u;

/** The letters or digits that a sign shows; null if none. */
export function shownBy(sign: string): string | null {
  const small = SMALL_FOR.get(sign);
  if (small !== undefined) return small;
  const code = sign.codePointAt(0) ?? 0;
  for (const [first, shown, count] of ALPHABETS)
    if (code >= first && code < first + count) return String.fromCharCode(shown.charCodeAt(0) + code - first);
  const plain = PLAIN.exec(sign.normalize('NFKC'))?.[1];
  if (plain !== undefined) return plain;
  return DIGIT.test(sign) ? String(digitOf(code)) : null;
}

/** Digits of every script begin at an offset of 0 or of 6 among 16 code points. */
function digitOf(code: number): number {
  const row = code & ~15;
  return DIGIT.test(String.fromCodePoint(row)) ? code - row : code - row - 6;
}
