import type { Sample } from './corpus.ts';
import { fit, type Linear, type Row } from './logistic.ts';
import { KEYS_PER_WORD, keysOf } from './words.ts';
import { normOf } from '../../src/detectors/injection/windows.ts';

/** A sample with the keys of its words. `core` is what there is to learn of it: of an attack in a carrier, the attack alone. */
export interface Prepared {
  readonly sample: Sample;
  readonly core: Int32Array;
  readonly weight: number;
}

export interface Learned {
  readonly vocabulary: ReadonlyMap<number, number>;
  readonly linear: Linear;
}

/** Texts are learned in pieces of so many words, so that length says nothing. */
const PIECE = 48;
const MIN_SAMPLES = 3;
/** What occurs in one family of sources alone tells the source, not the attack. */
const MIN_FAMILIES = 2;
const DECAY = 0.2;
/** No source weighs more than so many texts of its own kind. */
const MAX_SOURCE = 400;
const MAX_BALANCE = 4;

export function prepare(samples: readonly Sample[]): readonly Prepared[] {
  const clusters = tally(
    samples,
    (sample) => sample.source + sample.cluster,
    () => 1,
  );
  const alone = (sample: Sample): number => 1 / Math.sqrt(clusters.get(sample.source + sample.cluster) ?? 1);
  const sources = tally(samples, (sample) => sample.source, alone);
  return samples.map((sample) => ({
    sample,
    core: keysOf(sample.core ?? sample.text),
    weight: weightOf(sample, alone(sample), sources.get(sample.source) ?? 1),
  }));
}

function weightOf(sample: Sample, alone: number, ofSource: number): number {
  if (sample.source === 'invented_honest') return 3;
  if (sample.source.startsWith('invented_')) return 0.3;
  return alone * Math.min(1, MAX_SOURCE / ofSource);
}

/** A head for one kind of place. Attacks meant for the other place count for less, and so do honest texts of the other place. */
export function learn(all: readonly Prepared[], untrusted: boolean): Learned {
  const vocabulary = vocabularyOf(all);
  const rows = all.flatMap((prepared) => rowsOf(prepared, untrusted, vocabulary));
  const sum = (label: 0 | 1): number =>
    rows.reduce((total, row) => total + (row.label === label ? row.weight : 0), 0);
  const balance = Math.min(MAX_BALANCE, sum(0) / sum(1) / 2);
  const balanced = rows.map((row) => (row.label === 1 ? { ...row, weight: row.weight * balance } : row));
  return { vocabulary, linear: fit(balanced, vocabulary.size, DECAY) };
}

function rowsOf(
  { sample, core, weight }: Prepared,
  untrusted: boolean,
  vocabulary: ReadonlyMap<number, number>,
): Row[] {
  const pieces = piecesOf(core);
  const share = sample.attack ? Math.max(1 / pieces.length, 0.25) : Math.min(1, 4 / pieces.length);
  return pieces.map((piece) => ({
    features: Int32Array.from(Array.from(piece).flatMap((key) => vocabulary.get(key) ?? [])),
    scale: 1 / normOf(piece.length / KEYS_PER_WORD),
    label: sample.attack ? 1 : 0,
    weight: weight * share * placeFactor(sample, untrusted),
  }));
}

function placeFactor(sample: Sample, untrusted: boolean): number {
  if (sample.untrusted === untrusted) return 1;
  if (untrusted) return sample.attack ? 1 : 0.5;
  if (sample.attack) return sample.core === null ? 0.5 : 0.15;
  return 0.3;
}

function piecesOf(keys: Int32Array): readonly Int32Array[] {
  const words = keys.length / KEYS_PER_WORD;
  if (words <= PIECE * 1.5) return [keys];
  const pieces: Int32Array[] = [];
  for (let from = 0; from === 0 || words - from >= PIECE / 2; from += PIECE)
    pieces.push(keys.subarray(from * KEYS_PER_WORD, (from + PIECE) * KEYS_PER_WORD));
  return pieces;
}

function vocabularyOf(all: readonly Prepared[]): ReadonlyMap<number, number> {
  const samples = new Map<number, number>();
  const families = new Map<number, Set<string>>();
  for (const { sample, core } of all) {
    const family = familyOf(sample.source);
    for (const key of new Set(core)) {
      samples.set(key, (samples.get(key) ?? 0) + 1);
      families.set(key, (families.get(key) ?? new Set()).add(family));
    }
  }
  const kept = [...samples].filter(
    ([key, count]) => count >= MIN_SAMPLES && (families.get(key)?.size ?? 0) >= MIN_FAMILIES,
  );
  return new Map(kept.map(([key], index) => [key, index]));
}

/** Sources of one maker: `docs_undici` and `docs_zod` are one family, so are GSM8K and its translations. */
function familyOf(source: string): string {
  return source.startsWith('invented_') ? source : (source.split('_')[0] ?? '').replace('mgsm', 'gsm8k');
}

function tally<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  countOf: (item: T) => number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of all) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + countOf(item));
  return counts;
}
