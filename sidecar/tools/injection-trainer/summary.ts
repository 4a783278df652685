import type { Sample } from './corpus.ts';

export interface Held {
  readonly sample: Sample;
  readonly evidence: number;
}

const RATES = [0.01, 0.001];

/** The value that the given share of the values exceeds. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity;
}

/** Recall of held-out sources at fixed rates of false positives, as a table in Markdown. */
export function summarise(held: readonly Held[]): string {
  const rows = [false, true].flatMap((untrusted) => {
    const here = held.filter(({ sample }) => sample.untrusted === untrusted);
    const benign = here.filter(({ sample }) => !sample.attack).map(({ evidence }) => evidence);
    const attacks = here.filter(({ sample }) => sample.attack);
    const place = untrusted ? 'untrusted' : 'user';
    const line = (name: string, some: readonly Held[]): string =>
      `| ${name} | ${place} | ${some.length} | ${RATES.map((rate) => percent(recall(some, quantile(benign, rate)))).join(' | ')} |`;
    const sources = [...new Set(attacks.map(({ sample }) => sample.source))].sort();
    return [
      line('**all**', attacks),
      ...sources.map((source) =>
        line(
          source,
          attacks.filter(({ sample }) => sample.source === source),
        ),
      ),
    ];
  });
  return [
    '| source | place | attacks | recall at 1 % | recall at 0.1 % |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function recall(attacks: readonly Held[], threshold: number): number {
  return attacks.filter(({ evidence }) => evidence > threshold).length / attacks.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
