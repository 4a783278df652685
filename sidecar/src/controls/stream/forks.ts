import type { StreamFork } from '../../dialects/dialect.ts';
import type { HeldFrame } from './held-frame.ts';
import type { RunningText } from './running-text.ts';

/** Lets texts continue in two ways. Frames that wait for one branch also wait for the other: a match in either may include their text. */
export function forkTexts(
  forks: readonly StreamFork[],
  texts: Map<string, RunningText>,
  waiting: readonly HeldFrame[],
): void {
  for (const { from, to } of forks) {
    const text = texts.get(from);
    if (text === undefined) continue;
    const other = text.fork(to);
    texts.set(to, other);
    for (const { slots } of waiting)
      for (const slot of slots.filter((candidate) => candidate.text === text))
        slots.push({ ...slot, text: other });
  }
}
