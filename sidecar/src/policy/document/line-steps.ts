/** A line that both have (` `), that only the old text has (`-`), or only the new one (`+`). */
export interface Step {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** Without the line feeds. */
export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

/**
 * From the first lines to the second ones. Lines of one key count as the same, and the first one's text is kept. Time and memory grow with the
 * product of the lines that differ.
 */
export function stepsOf(
  before: readonly string[],
  after: readonly string[],
  keyOf: (line: string) => string,
): readonly Step[] {
  const [old, fresh] = [before.map(keyOf), after.map(keyOf)];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (
    tail < Math.min(before.length, after.length) - head &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  )
    tail += 1;
  const same = (text: string): Step => ({ mark: ' ', text });
  return [
    ...before.slice(0, head).map(same),
    ...changes(before.slice(head, before.length - tail), after.slice(head, after.length - tail), keyOf),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** By the longest common subsequence. */
function changes(
  before: readonly string[],
  after: readonly string[],
  keyOf: (line: string) => string,
): readonly Step[] {
  const [old, fresh] = [before.map(keyOf), after.map(keyOf)];
  const width = after.length + 1;
  // Length of the longest one from each pair of places on.
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const steps: Step[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [own, other] = [before[i], after[j]];
    if (own !== undefined && old[i] === fresh[j]) {
      steps.push({ mark: ' ', text: own });
      i += 1;
      j += 1;
    } else if (own !== undefined && (other === undefined || at(i + 1, j) >= at(i, j + 1))) {
      steps.push({ mark: '-', text: own });
      i += 1;
    } else {
      steps.push({ mark: '+', text: other ?? '' });
      j += 1;
    }
  }
  return steps;
}
