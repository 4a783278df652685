/**
 * Texts are judged in pieces of about a sentence: alone, and each with the one before it. An order is a sentence or two, anywhere in a text.
 */

/** A piece has so many words at most. */
const MOST_WORDS = 40;
/** Words after which a piece ends at a sentence's end, at the end of a string of JSON, at a line's end. */
export const AT_SENTENCE = 6;
export const AT_STRING = 4;
export const AT_LINE = 12;
/** Shorter pieces are weighed as if they had this many words. */
const MIN_WORDS = 6;

/** Counts the words of the current piece. */
export class PieceCounter {
  #words = 0;

  /** Words of the current piece. */
  get words(): number {
    return this.#words;
  }

  /** A word was read. @returns whether the piece is full */
  word(): boolean {
    this.#words += 1;
    return this.#words >= MOST_WORDS;
  }

  /** The next word begins a piece. */
  begin(): void {
    this.#words = 0;
  }
}

/** Divisor of the sum over words: noise grows with the root of their number. */
export function normOf(words: number): number {
  return Math.sqrt(Math.max(MIN_WORDS, words));
}
