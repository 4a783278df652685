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

/** What each source, held out, has above the threshold of its place, as a table in Markdown: of honest texts false alarms, of attacks recall. */
export function atThresholds(
  held: readonly Held[],
  thresholds: { readonly user: number; readonly untrusted: number },
): string {
  const groups = new Map<string, Held[]>();
  for (const each of held) {
    const { attack, untrusted, source } = each.sample;
    const group = `${untrusted ? 'untrusted' : 'user'} | ${attack ? 'attack' : 'honest'} | ${source}`;
    groups.set(group, [...(groups.get(group) ?? []), each]);
  }
  const rows = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, some]) => {
      const threshold = some[0]?.sample.untrusted === true ? thresholds.untrusted : thresholds.user;
      return `| ${group} | ${some.length} | ${percent(recall(some, threshold))} |`;
    });
  return [
    '| place | label | source | texts | above the default |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
