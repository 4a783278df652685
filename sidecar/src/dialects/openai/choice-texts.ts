import type { Segment } from '../../exchange/index.ts';
import type { StreamText } from '../dialect.ts';
import type { ChoicePiece } from './choice.ts';
import type { TokenText } from './repeats.ts';

/** Adds the readings of a text: a choice's text continues from chunk to chunk, any other stands alone. */
export function addText(segment: Segment, pieces: readonly ChoicePiece[], texts: StreamText[]): void {
  const { pointer, text, origin, channel, mirror } = segment;
  const alone = { key: pointer.slice(1), pointer, text, origin, channel, whole: true };
  const piece = pieces.find((candidate) => isBelow(pointer, candidate.pointer));
  const continues =
    piece?.running.some((beginning) => pointer.startsWith(beginning)) === true && channel !== 'citation';
  if (piece === undefined || !continues || mirror === true) {
    texts.push(mirror === true ? { ...alone, mirror } : alone);
    return;
  }
  const { choice, index } = piece;
  const below = placeIn(segment, pointer.slice(piece.pointer.length));
  for (const key of choice.text(index, below, pointer)) texts.push({ ...alone, key, whole: false });
  // It may continue or not: it is read in both ways.
  if (channel === 'metadata' || channel === 'tool_arguments') texts.push(alone);
}

/** The tokens of a choice are separate running texts, which may be ahead of the other. */
export function addTokens(
  { choice, index }: ChoicePiece,
  { pointer, text, rank }: TokenText,
  texts: StreamText[],
): void {
  if (text === '') return;
  const piece = { pointer, text, origin: 'assistant', channel: 'content', mirror: true } as const;
  if (rank === null) texts.push({ ...piece, key: pointer.slice(1), whole: true });
  else
    for (const key of choice.text(index, `/logprobs${rank === 0 ? '' : `/${rank}`}`, pointer))
      texts.push({ ...piece, key, whole: false });
}

/** Clients join the parts of a content, whatever their positions. */
function placeIn({ channel }: Segment, below: string): string {
  const content = /^\/(?:delta|message)\/content(?=\/)/.exec(below);
  if (content === null || channel === 'metadata') return below;
  return channel === 'content' ? content[0] : `${content[0]}/${channel}`;
}

function isBelow(pointer: string, above: string): boolean {
  return pointer.startsWith(above) && pointer.charCodeAt(above.length) === SLASH;
}

const SLASH = 0x2f;
