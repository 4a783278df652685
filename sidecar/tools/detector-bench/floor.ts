import { GROUP_COUNT, groupOf, readCorpus, type Sample } from '../injection-trainer/corpus.ts';
import { fit, type Row } from './logistic.ts';
import { quantile } from '../injection-trainer/summary.ts';

/** Hashed words and pairs. */
const FEATURES = 2 ** 18;
const DECAY = 0.01;

function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return (state >>> 0) % FEATURES;
}

function rowOf({ text, attack }: Sample): Row {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const features = new Set(words.flatMap((word, at) => [hash(word), hash(`${words[at - 1] ?? ''} ${word}`)]));
  return {
    features: Int32Array.from(features),
    scale: 1 / Math.sqrt(Math.max(1, features.size)),
    label: attack ? 1 : 0,
    weight: 1,
  };
}

/** A text of a source that was held out, and what a plain n-gram model says of it. */
export interface Judged {
  readonly sample: Sample;
  readonly value: number;
}

/** The floor: a logistic regression of words and pairs over both origins, trained on the folds of the trainer. Deterministic. */
export function floorOf(corpora: string): readonly Judged[] {
  const samples = readCorpus(corpora).map((sample) => ({ sample, row: rowOf(sample) }));
  return Array.from({ length: GROUP_COUNT }, (_, out) => {
    const seen = samples.filter(({ sample }) => groupOf(sample.source) !== out).map(({ row }) => row);
    const { weights, bias } = fit(seen, FEATURES, DECAY);
    return samples
      .filter(({ sample }) => groupOf(sample.source) === out)
      .map(({ sample, row }) => ({
        sample,
        value: bias + row.scale * row.features.reduce((sum, feature) => sum + (weights[feature] ?? 0), 0),
      }));
  }).flat();
}

/** What the given share of the harmless texts of the origin exceeds. */
export function thresholdOf(judged: readonly Judged[], untrusted: boolean, rate: number): number {
  const harmless = judged.filter(({ sample }) => !sample.attack && sample.untrusted === untrusted);
  return quantile(
    harmless.map(({ value }) => value),
    rate,
  );
}
