import type { Segment } from '../../exchange/index.ts';
import type { FrameContent, StreamText } from '../dialect.ts';
import { Halves, isCut } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import type { ChoicePiece } from './choice.ts';
import type { TokenText } from './repeats.ts';

/** What the texts of a chunk continue. */
export class ChoiceTexts {
  readonly #halves = new Halves();

  /** A text waits for the second half of a character. */
  get waiting(): boolean {
    return this.#halves.waiting;
  }

  /** Adds the readings of a text: what a choice says goes on from chunk to chunk, anything else stands alone. */
  add(segment: Segment, pieces: readonly ChoicePiece[], texts: StreamText[]): void {
    const { pointer, text, origin, channel, mirror } = segment;
    const alone = { key: pointer.slice(1), pointer, text, origin, channel, whole: true };
    const piece = pieces.find((candidate) => isBelow(pointer, candidate.pointer));
    const goesOn =
      piece?.running.some((beginning) => pointer.startsWith(beginning)) === true && channel !== 'citation';
    if (piece === undefined || !goesOn || mirror === true) {
      texts.push(mirror === true ? { ...alone, mirror } : alone);
      return;
    }
    const { choice, index } = piece;
    const below = placeIn(segment, pointer.slice(piece.pointer.length));
    for (const key of choice.text(index, below, pointer)) texts.push({ ...alone, key, whole: false });
    // Nobody knows whether it continues: it is read in both ways.
    if (channel === 'metadata' || channel === 'tool_arguments') texts.push(alone);
  }

  /** The tokens of a choice are running texts of their own, which may be ahead of the other. */
  addTokens({ choice, index }: ChoicePiece, { pointer, text, rank }: TokenText, texts: StreamText[]): void {
    if (text === '') return;
    const piece = { pointer, text, origin: 'assistant', channel: 'content', mirror: true } as const;
    if (rank === null) texts.push({ ...piece, key: pointer.slice(1), whole: true });
    else
      for (const key of choice.text(index, `/logprobs${rank === 0 ? '' : `/${rank}`}`, pointer))
        texts.push({ ...piece, key, whole: false });
  }

  /**
   * Puts halves of characters together across chunks. `cut` strings of the chunk have one.
   *
   * @throws Malformed where one is in no running text, or stays alone.
   */
  takeHalves({ texts, calls }: FrameContent, cut: number): void {
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

/** Parts of a content are one text for clients, whatever their positions. */
function placeIn({ channel }: Segment, below: string): string {
  const content = /^\/(?:delta|message)\/content(?=\/)/.exec(below);
  if (content === null || channel === 'metadata') return below;
  return channel === 'content' ? content[0] : `${content[0]}/${channel}`;
}

function isBelow(pointer: string, above: string): boolean {
  return pointer.startsWith(above) && pointer.charCodeAt(above.length) === SLASH;
}

const SLASH = 0x2f;
