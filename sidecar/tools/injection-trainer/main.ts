/**
 * Trains the model: `npm run train -- CORPORA [FILE]` reads `prompts.jsonl` and `pii.jsonl` in the folder
 * CORPORA, prints what the folds say, and writes FILE (default: the model of this checkout). The same corpora give the same file.
 */
import { writeFileSync } from 'node:fs';
import { fold } from '../../src/detectors/normalise/index.ts';
import { InjectionScorer } from '../../src/detectors/injection/evidence.ts';
import { printModel } from '../../src/detectors/injection/model.ts';
import { combine } from '../../src/detectors/injection/windows.ts';
import { compress } from './compress.ts';
import { FOLD_COUNT, readCorpus, type Sample } from './corpus.ts';
import { learn, prepare } from './learn.ts';
import { inventedSamples } from './phrases.ts';
import { atThresholds, quantile, summarise } from './summary.ts';

const NONE = { user: 0, untrusted: 0 };
/** Shares of false positives, on sources not seen, that the default thresholds of the policy stand for. */
const USER_RATE = 0.004;
const UNTRUSTED_RATE = 0.004;

const [corpora, file] = process.argv.slice(2);
if (corpora === undefined) throw new Error('CORPORA is missing: the folder of prompts.jsonl');
const samples = [...readCorpus(corpora), ...inventedSamples()];
const prepared = prepare(samples);

const held: { readonly sample: Sample; readonly evidence: number }[] = [];
for (let out = 0; out < FOLD_COUNT; out++) {
  const seen = prepared.filter(({ sample }) => sample.fold !== out);
  const scorer = new InjectionScorer(compress(learn(seen, false), learn(seen, true), NONE));
  for (const sample of samples.filter((candidate) => candidate.fold === out)) {
    const { signs, model } = scorer.score(fold(sample.text), sample.untrusted);
    held.push({ sample, evidence: combine(signs, model, sample.untrusted) });
  }
}
function thresholdAt(untrusted: boolean, rate: number): number {
  return quantile(
    held
      .filter(({ sample }) => !sample.attack && sample.untrusted === untrusted)
      .map(({ evidence }) => evidence),
    rate,
  );
}
const thresholds = { user: thresholdAt(false, USER_RATE), untrusted: thresholdAt(true, UNTRUSTED_RATE) };
console.log(summarise(held));
console.log(atThresholds(held, thresholds));
const model = compress(learn(prepared, false), learn(prepared, true), thresholds);
writeFileSync(file ?? 'data/injection-model.bin', printModel(model));
console.log(`${model.keys.length} keys; thresholds ${JSON.stringify(thresholds)}`);
