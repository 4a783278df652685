import { Reader } from '../../src/detectors/injection/reader.ts';
import { AT_SENTENCE, PieceCounter } from '../../src/detectors/injection/pieces.ts';
import { fold } from '../../src/detectors/normalise/index.ts';

/** A piece of a text, as the scorer divides it: its keys (word, beginning, pair, triple of each word) and number of words. */
export interface Piece {
  readonly keys: Int32Array;
  readonly words: number;
}

export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const counter = new PieceCounter();
  let keys: number[] = [];
  const end = (): void => {
    pieces.push({ keys: Int32Array.from(keys), words: counter.words });
    keys = [];
    counter.begin();
  };
  const pause = (words: number): void => {
    if (counter.words >= words) end();
  };
  const reader = new Reader({
    word: (full, stem, pair, triple) => {
      keys.push(full, stem, pair, triple);
      if (counter.word()) end();
    },
    // The signs' alone.
    mark: () => undefined,
    sentence: () => {
      pause(AT_SENTENCE);
    },
    pause,
  });
  reader.read(fold(text));
  pause(1);
  return pieces;
}
