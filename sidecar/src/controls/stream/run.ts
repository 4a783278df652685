import type { StreamText } from '../../dialects/dialect.ts';
import type { Budget } from '../index.ts';
import type { HeldFrame } from './held-frame.ts';
import type { Judged, RunningText } from './running-text.ts';

export interface RunOptions {
  /** The running text of a piece, created if absent. */
  readonly textOf: (piece: StreamText) => RunningText;
  /** UTF-16 code units that may arrive before the limit of held text. */
  readonly room: number;
  readonly budget: Budget;
}

/**
 * Judges the texts of frames that only continue texts as a whole, and gives each frame its position in them. False, and nothing has
 * changed, if a rule finds something or the limit of held text is too low: the frames must then be judged one by one, since the text
 * released before a finding depends on their borders. @throws DetectorUnavailable
 */
export function judgeRun(run: readonly HeldFrame[], { textOf, room, budget }: RunOptions): boolean {
  const pieces = new Map<RunningText, string>();
  let chars = 0;
  for (const { content } of run)
    for (const piece of content?.texts ?? []) {
      const text = textOf(piece);
      pieces.set(text, (pieces.get(text) ?? '') + piece.text);
      chars += piece.text.length;
    }
  if (chars > room) return false;
  const judged: (readonly [RunningText, Judged])[] = [];
  for (const [text, piece] of pieces) {
    const clean = text.judge(piece, budget);
    if (clean === null) return false;
    judged.push([text, clean]);
  }
  placeIn(run, textOf);
  for (const [text, clean] of judged) text.accept(clean);
  return true;
}

/** Call before the texts grow: their lengths are the offset of the run. */
function placeIn(run: readonly HeldFrame[], textOf: RunOptions['textOf']): void {
  const ends = new Map<RunningText, number>();
  for (const { content, slots } of run)
    for (const piece of content?.texts ?? []) {
      const text = textOf(piece);
      const start = ends.get(text) ?? text.length;
      const end = start + piece.text.length;
      slots.push({ text, pointer: piece.pointer, start, end });
      ends.set(text, end);
    }
}
