import { isSampled, PASSAGE, wordsIn, type PassageWindow } from './passages.ts';
import type { Print } from './print-memory.ts';

/** A text without spaces is read up to here. UTF-16 code units. */
const MAX_WORD = 256;

/** A text of the model that comes in pieces, and the passages by which it is known again: one of eight, the first and the last. */
export class SaidText {
  readonly #window: PassageWindow;
  /** Words of the text itself. */
  #count = 0;
  /** The last word so far, which may go on. */
  #open = '';

  /** `before`: the last words of the conversation. A text that is shorter than a passage is known by them too. */
  constructor(before: PassageWindow) {
    this.#window = before.copy();
  }

  /** Read them all: the piece is taken in as they are. */
  *push(piece: string): Generator<Print> {
    const text = this.#open + piece;
    const end = startOfLastWord(text);
    this.#open = text.slice(end);
    yield* this.#add(text.slice(0, end));
  }

  /** The text is complete. */
  *end(): Generator<Print> {
    const open = this.#open;
    this.#open = '';
    yield* this.#add(open);
    if (this.#count > 0 && this.#window.isFull) yield this.#window.passage;
  }

  *#add(text: string): Generator<Print> {
    for (const { hash } of wordsIn(text, this.#window.key)) {
      this.#count += 1;
      this.#window.push(hash);
      if (this.#count < PASSAGE) continue;
      const { passage } = this.#window;
      if (this.#count === PASSAGE || isSampled(passage)) yield passage;
    }
  }
}

/** Looks at the end alone, so that the work is bounded by the text however long its last word is. */
function startOfLastWord(text: string): number {
  const least = Math.max(0, text.length - MAX_WORD);
  let at = text.length;
  while (at > least && !/\s/.test(text.charAt(at - 1))) at -= 1;
  return at;
}
