import { linesOf, stepsOf, type Step } from '../../policy/document/line-steps.ts';

/** Context lines around a change. */
const CONTEXT = 3;

/**
 * The unified diff of two texts, for `patch` and `git apply`; empty if they are equal. Time and memory grow with the product of the numbers
 * of differing lines, so it is for hand-written documents.
 */
export function unifiedDiff(before: string, after: string, name: string): string {
  const steps = stepsOf(linesOf(before), linesOf(after), (line) => line);
  const hunks = hunksOf(steps);
  return hunks.length === 0 ? '' : `--- a/${name}\n+++ b/${name}\n${hunks.join('')}`;
}

function hunksOf(steps: readonly Step[]): readonly string[] {
  const hunks: string[] = [];
  let [oldLine, newLine] = [1, 1];
  let from = 0;
  for (let next = nextChange(steps, 0); next < steps.length; next = nextChange(steps, from)) {
    const start = Math.max(from, next - CONTEXT);
    for (const { mark } of steps.slice(from, start)) {
      if (mark !== '+') oldLine += 1;
      if (mark !== '-') newLine += 1;
    }
    const end = endOfHunk(steps, next);
    const hunk = steps.slice(start, end);
    const olds = hunk.filter(({ mark }) => mark !== '+').length;
    const news = hunk.filter(({ mark }) => mark !== '-').length;
    const lines = hunk.map(({ mark, text }) => `${mark}${text}\n`).join('');
    hunks.push(`@@ -${range(oldLine, olds)} +${range(newLine, news)} @@\n${lines}`);
    oldLine += olds;
    newLine += news;
    from = end;
  }
  return hunks;
}

function nextChange(steps: readonly Step[], from: number): number {
  const found = steps.findIndex(({ mark }, at) => at >= from && mark !== ' ');
  return found === -1 ? steps.length : found;
}

/** Changes with adjacent contexts form one hunk. */
function endOfHunk(steps: readonly Step[], first: number): number {
  let last = first;
  for (let at = first; at < steps.length && at <= last + 2 * CONTEXT; at += 1)
    if (steps[at]?.mark !== ' ') last = at;
  return Math.min(steps.length, last + 1 + CONTEXT);
}

/** For an empty range, the line before it. */
function range(line: number, count: number): string {
  return count === 0 ? `${line - 1},0` : `${line},${count}`;
}
