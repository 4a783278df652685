import { Malformed } from '../../malformed.ts';

const BEGINS = /^[\udc00-\udfff]/;
const ENDS = /[\ud800-\udbff]$/;

/**
 * Texts of a stream that servers cut inside of a character: half of a surrogate pair ends one piece, and the other half begins the next. A half
 * that stays alone is refused, since parsers drop it, replace it or fail: no two would see the same text. At the end of a reply one may be left.
 */
export class Halves {
  /** Keys of texts that wait for the second half. */
  readonly #waiting = new Set<string>();

  /** True where pieces must be looked at although no half is in them. */
  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Takes the next piece of the text `key`. @throws Malformed */
  take(key: string, piece: string, pointer: string | null): void {
    if (piece === '') return;
    if (this.#waiting.delete(key) !== BEGINS.test(piece)) throw lone(pointer ?? key);
    if (ENDS.test(piece)) this.#waiting.add(key);
  }
}

/** What a half that stays alone is. */
export function lone(where: string): Malformed {
  return new Malformed(where, 'half of a surrogate pair in a string');
}

/** How a piece begins and ends. */
export function isCut(piece: string): boolean {
  return BEGINS.test(piece) || ENDS.test(piece);
}
