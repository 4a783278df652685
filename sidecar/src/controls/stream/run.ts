import type { Budget } from '../index.ts';
import type { HeldFrame } from './held-frame.ts';
import type { Judged, RunningText } from './running-text.ts';

export interface RunOptions {
  /** The running text of a key, made where there is none. */
  readonly textOf: (key: string) => RunningText;
  /** UTF-16 code units that may arrive before too much would be held. */
  readonly room: number;
  readonly budget: Budget;
}

/**
 * Judges the texts of frames that only go on with texts as a whole, and gives each frame its place in them. False, and nothing has changed,
 * where something is found in them or where there is no room: then the frames must be judged one by one, since what leaves before a
 * finding depends on their borders.
 *
 * @throws DetectorUnavailable
 */
export function judgeRun(run: readonly HeldFrame[], { textOf, room, budget }: RunOptions): boolean {
  const pieces = new Map<RunningText, string>();
  let chars = 0;
  for (const { content } of run)
    for (const { key, text: piece } of content?.texts ?? []) {
      const text = textOf(key);
      pieces.set(text, (pieces.get(text) ?? '') + piece);
      chars += piece.length;
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

/** Before the texts have grown: their lengths are where the run begins. */
function placeIn(run: readonly HeldFrame[], textOf: RunOptions['textOf']): void {
  const ends = new Map<RunningText, number>();
  for (const { content, slots } of run)
    for (const { key, pointer, text: piece } of content?.texts ?? []) {
      const text = textOf(key);
      const start = ends.get(text) ?? text.length;
      slots.push({ text, pointer, start, end: start + piece.length });
      ends.set(text, start + piece.length);
    }
}
