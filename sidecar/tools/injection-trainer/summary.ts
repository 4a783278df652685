import { INSTRUCTION_FILES, type Sample } from './corpus.ts';
import { OWN_TEXTS } from './texts.ts';

export interface Held {
  readonly sample: Sample;
  /** The sum of its ranks. */
  readonly rank: number;
}

/** Texts of one place, each by a model that knew its source but not the text, and by one that did not know its source. */
export interface Splits {
  readonly texts: readonly Held[];
  readonly sources: readonly Held[];
}

const RATES = [0.05, 0.01, 0.001];

/** The value that the given share of the values exceeds. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Infinity;
}

/** Recall of attacks at fixed rates of false positives, as a table in Markdown. The rates are of all honest texts but the project's own. */
export function summarise(splits: Splits): string {
  const sources = sourcesOf(splits.texts.filter(({ sample }) => sample.attack));
  const cells = (held: readonly Held[], isIn: (held: Held) => boolean): readonly string[] => {
    const honest = held.filter((each) => !each.sample.attack && !isOwn(each)).map(({ rank }) => rank);
    const some = held.filter((each) => each.sample.attack && isIn(each));
    return RATES.map((rate) => shareAbove(some, quantile(honest, rate)));
  };
  const row = (name: string, isIn: (held: Held) => boolean): string =>
    rowOf([
      name,
      String(splits.texts.filter((each) => each.sample.attack && isIn(each)).length),
      ...cells(splits.texts, isIn),
      ...cells(splits.sources, isIn),
    ]);
  return [
    rowOf(['attacks', 'texts', 'new texts: at 5 %', '1 %', '0.1 %', 'new sources: at 5 %', '1 %', '0.1 %']),
    rowOf(Array.from({ length: 8 }, () => '---')),
    row('**all** but own', (each) => !isOwn(each)),
    ...sources.map((source) => row(source, ({ sample }) => sample.source === source)),
  ].join('\n');
}

/** What each source has above the threshold, as a table in Markdown: of honest texts false alarms, of attacks recall. */
export function atDefaults(splits: Splits, threshold: number): string {
  const rows = [true, false].flatMap((attack) => {
    const row = (name: string, isIn: (held: Held) => boolean): string => {
      const some = splits.texts.filter((each) => each.sample.attack === attack && isIn(each));
      const others = splits.sources.filter((each) => each.sample.attack === attack && isIn(each));
      return rowOf([
        attack ? 'attack' : 'honest',
        name,
        String(some.length),
        shareAbove(some, threshold),
        shareAbove(others, threshold),
      ]);
    };
    return [
      row('**all** but own', (each) => !isOwn(each)),
      ...sourcesOf(splits.texts.filter(({ sample }) => sample.attack === attack)).map((source) =>
        row(source, ({ sample }) => sample.source === source),
      ),
    ];
  });
  return [
    rowOf(['label', 'source', 'texts', 'above the default: new texts', 'new sources']),
    rowOf(Array.from({ length: 5 }, () => '---')),
    ...rows,
  ].join('\n');
}

function isOwn({ sample }: Held): boolean {
  return OWN_TEXTS.test(sample.source) || INSTRUCTION_FILES.test(sample.source);
}

function sourcesOf(held: readonly Held[]): readonly string[] {
  return [...new Set(held.map(({ sample }) => sample.source))].sort();
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function shareAbove(held: readonly Held[], threshold: number): string {
  if (held.length === 0) return '-';
  return `${((100 * held.filter(({ rank }) => rank > threshold).length) / held.length).toFixed(1)} %`;
}
