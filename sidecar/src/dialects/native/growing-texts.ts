import type { StreamText } from '../dialect.ts';

/** Frames in a row that repeat the text so far and add to it, or the length of a text that one frame repeats: the stream is cumulative. */
const SURE = { frames: 3, chars: 8 };

interface Growth {
  /** The longest text so far. */
  text: string;
  /** `either`: it is not known yet what the frames of the stream are. */
  reading: 'either' | 'whole' | 'pieces';
  /** Frames that repeated the text and added to it. */
  grown: number;
  /** Times that a text began anew. */
  begun: number;
}

/** What a frame says, in the readings that clients may have. */
export interface GrownText {
  readonly texts: readonly StreamText[];
  /** Keys of texts that no frame continues. */
  readonly ended: readonly string[];
}

/**
 * The texts of SGLang's own streams. Each frame has the whole text so far, or, with `--incremental-streaming-output`, its next piece; only
 * the server's operator knows which. Both readings are judged until the frames tell: those that repeat the text so far and add to it are
 * cumulative, one that does not repeat it is a piece.
 */
export class GrowingTexts {
  readonly #known = new Map<string, Growth>();

  /** `piece`: the text of a frame as if it were a piece. */
  take(piece: StreamText): GrownText {
    let known = this.#known.get(piece.key);
    if (known === undefined)
      this.#known.set(piece.key, (known = { text: '', reading: 'either', grown: 0, begun: 0 }));
    const { text } = piece;
    const repeats = text.startsWith(known.text) || known.text.startsWith(text);
    const adds = repeats && text.length > known.text.length;
    const before = known.text;
    if (adds && before !== '') known.grown++;
    if (adds || !repeats) known.text = text;
    switch (known.reading) {
      case 'either':
        return repeats ? either(piece, known, adds ? before.length : 0) : pieces(piece, known);
      case 'pieces':
        return { texts: [asPiece(piece, known)], ended: [] };
      case 'whole':
        return repeats ? { texts: [asWhole(piece, known)], ended: [] } : again(piece, known, before);
      default:
        return known.reading satisfies never;
    }
  }
}

/** `repeated`: length of the text so far if the frame adds to it. */
function either(piece: StreamText, known: Growth, repeated: number): GrownText {
  if (known.grown < SURE.frames && repeated < SURE.chars)
    return { texts: [asPiece(piece, known), asWhole(piece, known)], ended: [] };
  known.reading = 'whole';
  return { texts: [asWhole(piece, known)], ended: [keyOf(piece, known, 'pieces')] };
}

function pieces(piece: StreamText, known: Growth): GrownText {
  known.reading = 'pieces';
  return { texts: [asPiece(piece, known)], ended: [keyOf(piece, known, 'whole')] };
}

/** A cumulative text that was rewritten, or a piece after all: it is also judged behind what came before. */
function again(piece: StreamText, known: Growth, before: string): GrownText {
  const ended = [keyOf(piece, known, 'whole')];
  known.begun++;
  known.reading = 'either';
  known.grown = 0;
  const joined = { ...piece, text: before + piece.text, whole: true, mirror: true };
  return { texts: [joined, asPiece(piece, known), asWhole(piece, known)], ended };
}

function asPiece(piece: StreamText, known: Growth): StreamText {
  return { ...piece, key: keyOf(piece, known, 'pieces') };
}

function asWhole(piece: StreamText, known: Growth): StreamText {
  return { ...piece, key: keyOf(piece, known, 'whole'), repeats: true };
}

function keyOf({ key }: StreamText, { begun }: Growth, reading: string): string {
  return `${key}/${reading}/${begun}`;
}
