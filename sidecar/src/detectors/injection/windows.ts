/** Windows of the model, in words: an instruction is a sentence or two, wherever in the text it stands. */
export const USER_WINDOW = 16;
export const UNTRUSTED_WINDOW = 48;
/** A text of fewer words is weighed as if it had so many. */
const MIN_WORDS = 6;
/** How much the model's evidence counts beside that of the signs (−ln of doubt), and its bounds. */
export const USER_GAIN = 0.35;
export const UNTRUSTED_GAIN = 0.15;
const FLOOR = -0.5;
const CEILING = 6;
/** Signs beyond this say nothing new. */
const MOST_SIGNS = 4;

/** The evidence of both kinds: `signs` as −ln Π(1 − weight), `model` as the logit of the worst window. */
export function combine(signs: number, model: number, untrusted: boolean): number {
  const bounded = Math.max(FLOOR, Math.min(CEILING, model));
  return Math.min(MOST_SIGNS, signs) + (untrusted ? UNTRUSTED_GAIN : USER_GAIN) * bounded;
}

/** Divides the sum over a window: long windows add up noise as the root of their length. */
export function normOf(words: number): number {
  return Math.sqrt(Math.max(MIN_WORDS, words));
}
