/** Hashes of words and of runs of words, 32 bits, shared by the lexicon, the model and its training. */
import { letterOf, SINGLE } from './letters.ts';

export const SEED = 0x811c9dc5 | 0;
export const STEM_LENGTH = 5;

/** Appends one letter. */
export function extend(hash: number, letter: number): number {
  return Math.imul(hash ^ letter, 0x01000193);
}

/** Spreads the entropy of the low bits over all of them. */
export function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}

/** A run of words is hashed from left to right over the stems. */
export function join(left: number, right: number): number {
  const mixed = Math.imul(left ^ 0x5bd1e995, 0x27d4eb2f) + right;
  return finish(mixed | 0);
}

/** Distinguishes the beginning of a word from a whole word. */
export function stemKey(stem: number): number {
  return Math.imul(stem, 0x9e3779b1 | 0) ^ 0x3c6ef372;
}

/** The key of a term as it is written in the lexicon: `word`, `begin*` (five letters, any ending) or several words. */
export function termKey(term: string): number {
  const words = wordsOf(term);
  const stems = words.slice(-3).map((word) => word.stem);
  const [first = 0, second, third] = stems;
  if (third !== undefined) return join(join(first, second ?? 0), third);
  if (second !== undefined) return join(first, second);
  return term.endsWith('*') ? stemKey(first) : (words[0]?.full ?? 0);
}

interface HashedWord {
  readonly full: number;
  readonly stem: number;
}

function wordsOf(text: string): readonly HashedWord[] {
  const words: HashedWord[] = [];
  let letters: number[] = [];
  const end = (): void => {
    if (letters.length > 0)
      words.push({ full: hashOf(letters), stem: hashOf(letters.slice(0, STEM_LENGTH)) });
    letters = [];
  };
  for (let at = 0; at < text.length; at++) {
    const letter = letterOf(text.charCodeAt(at));
    if (letter <= 0 || letter >= SINGLE) end();
    if (letter >= SINGLE) {
      letters.push(letter);
      end();
    } else if (letter > 1) letters.push(letter);
  }
  end();
  return words;
}

function hashOf(letters: readonly number[]): number {
  return finish(letters.reduce(extend, SEED));
}
