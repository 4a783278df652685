/** A number with as many digits or more keeps its end. */
const LONG = 9;
/** Characters that a masked number keeps. */
const KEPT = 4;
const DIGIT = /[0-9]/g;
const SIGN = /[\p{L}\p{N}\p{M}]/gu;

/** The text with `*` for each letter and digit, but for the last four of a number with nine digits or more. Other characters stay. */
export function masked(text: string): string {
  const signs = text.match(SIGN)?.length ?? 0;
  const isNumber = (text.match(DIGIT)?.length ?? 0) >= LONG;
  const hidden = isNumber ? signs - KEPT : signs;
  let seen = 0;
  return text.replace(SIGN, (sign) => (seen++ < hidden ? '*' : sign));
}
