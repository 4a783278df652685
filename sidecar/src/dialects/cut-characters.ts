import type { FrameContent } from './dialect.ts';
import { Halves, isCut } from './json/index.ts';
import { Malformed } from './malformed.ts';

/** Joins halves of characters that a stream split between two frames. */
export class CutCharacters {
  readonly #halves = new Halves();

  /** The other half of a character has not arrived. */
  get waiting(): boolean {
    return this.#halves.waiting;
  }

  /**
   * Call it for each frame. `cut`: the number of strings in the frame that begin or end with half a character. @throws Malformed if one is
   * in no running text, or its other half never arrives.
   */
  take({ texts, calls }: Pick<FrameContent, 'texts' | 'calls'>, cut: number): void {
    if (cut === 0 && !this.waiting) return;
    const found = new Set<string>();
    for (const { key, text, pointer, whole } of texts) {
      if (whole) continue;
      if (isCut(text)) found.add(pointer);
      this.#halves.take(key, text, pointer);
    }
    for (const { key, arguments: text, pointer } of calls) {
      if (isCut(text)) found.add(pointer ?? key);
      this.#halves.take(`call ${key}`, text, pointer);
    }
    if (found.size < cut) throw new Malformed('body', 'half of a surrogate pair in a string');
  }
}
