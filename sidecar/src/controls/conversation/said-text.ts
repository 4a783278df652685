import { PASSAGE, Passages, wordsIn, type Passage, type PrintKey } from './passages.ts';

/** A text without spaces is read up to here. UTF-16 code units. */
const MAX_WORD = 256;

/** A text of the model that comes in pieces, and the passages by which it is known again. */
export class SaidText {
  readonly #key: PrintKey;
  /** Words before the text and in it, as many as a passage that is not complete may need. */
  #words: readonly number[];
  /** Words of the text itself. */
  #count = 0;
  /** The last word so far, which may go on. */
  #open = '';

  /** `before`: the last words of the conversation. A text that is shorter than a passage is known by them too. */
  constructor(key: PrintKey, before: readonly number[]) {
    this.#key = key;
    this.#words = before.slice(-PASSAGE);
  }

  push(piece: string): readonly Passage[] {
    const text = this.#open + piece;
    const end = startOfLastWord(text);
    this.#open = text.slice(end);
    return this.add(wordsIn(text.slice(0, end), this.#key));
  }

  add(words: readonly number[]): readonly Passage[] {
    if (words.length === 0) return [];
    const before = Math.min(this.#count, PASSAGE - 1);
    const isFirst = this.#count < PASSAGE;
    const passages = new Passages([...this.#words.slice(this.#words.length - before), ...words], this.#key);
    this.#count += words.length;
    this.#words = [...this.#words, ...words.slice(-PASSAGE)].slice(-PASSAGE);
    const found: Passage[] = [];
    for (let index = 0; index < passages.length; index++) {
      const passage = passages.at(index);
      if (passage.high % 8 === 0 || (isFirst && index === 0)) found.push(passage);
    }
    return found;
  }

  /** The text is complete. */
  end(): readonly Passage[] {
    const found = this.add(wordsIn(this.#open, this.#key));
    this.#open = '';
    if (this.#count === 0 || this.#words.length < PASSAGE) return found;
    return [...found, new Passages(this.#words, this.#key).at(0)];
  }
}

/** Looks at the end alone, so that the work is bounded by the text however long its last word is. */
function startOfLastWord(text: string): number {
  const least = Math.max(0, text.length - MAX_WORD);
  let at = text.length;
  while (at > least && !/\s/.test(text.charAt(at - 1))) at -= 1;
  return at;
}
