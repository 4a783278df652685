/** Windows of the model, in words: an instruction is a sentence or two, anywhere in the text. */
export const USER_WINDOW = 16;
export const UNTRUSTED_WINDOW = 48;
/** Shorter texts are weighed as if they had this many words. */
const MIN_WORDS = 6;
/** Weight of the model's evidence relative to the signs (−ln of doubt), and its bounds. */
export const USER_GAIN = 0.35;
export const UNTRUSTED_GAIN = 0.15;
const FLOOR = -0.5;
const CEILING = 6;
/** Upper bound for signs. */
const MOST_SIGNS = 4;

/** The evidence of both kinds: `signs` as −ln Π(1 − weight), `model` as the logit of the worst window. */
export function combine(signs: number, model: number, untrusted: boolean): number {
  const bounded = Math.max(FLOOR, Math.min(CEILING, model));
  return Math.min(MOST_SIGNS, signs) + (untrusted ? UNTRUSTED_GAIN : USER_GAIN) * bounded;
}

/** Divisor of the sum over a window: noise grows with the root of its length. */
export function normOf(words: number): number {
  return Math.sqrt(Math.max(MIN_WORDS, words));
}
