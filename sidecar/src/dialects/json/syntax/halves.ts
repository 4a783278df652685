import { Malformed } from '../../malformed.ts';

const BEGINS = /^[\udc00-\udfff]/;
const ENDS = /[\ud800-\udbff]$/;

/**
 * Texts of a stream that servers split inside a character: half of a surrogate pair ends one piece, and the other half begins the next. An
 * unpaired half is refused, since parsers drop it, replace it or fail, so that readers differ. At the end of a reply one may remain.
 */
export class Halves {
  /** Keys of texts that wait for the second half. */
  readonly #waiting = new Set<string>();

  /** True if pieces must be checked although they contain no half. */
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

/** The error for an unpaired half. */
export function lone(where: string): Malformed {
  return new Malformed(where, 'half of a surrogate pair in a string');
}

/** Whether a piece begins or ends inside a character. */
export function isCut(piece: string): boolean {
  return BEGINS.test(piece) || ENDS.test(piece);
}
