/** Minimum, median and maximum of the rounds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** NaN throughout where there are no values. */
export function spreadOf(values: readonly number[]): Spread {
  return { min: at(values, 0), median: at(values, 0.5), max: at(values, 1) };
}

/** @param share 0 is the smallest value, 1 the largest */
export function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}

export function cell({ min, median, max }: Spread, digits: number): string {
  return `${min.toFixed(digits)} / **${median.toFixed(digits)}** / ${max.toFixed(digits)}`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map((_, at) => (at === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
