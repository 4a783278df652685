/**
 * Trains the model: `npm run train -- CORPORA SOURCES [FILE]` reads `prompts.jsonl` and `pii.jsonl` in the folder CORPORA, the texts of others in
 * the folder SOURCES (`sources.ts`) and the project's own, prints what held-out texts say, and writes FILE (default: the model of this checkout).
 * The same texts give the same bytes.
 */
import { writeFileSync } from 'node:fs';
import { HIDDEN_SIGN, InjectionScorer } from '../../src/detectors/injection/evidence.ts';
import { printModel } from '../../src/detectors/injection/model.ts';
import { withoutFileNames } from '../../src/detectors/injection/agent-notes.ts';
import { rankOf } from '../../src/detectors/injection/tails.ts';
import { views } from '../../src/detectors/normalise/index.ts';
import { logitTail, signTail, thresholdOf, UNCALIBRATED, type Calibration } from './calibrate.ts';
import { compress } from './compress.ts';
import { GROUP_COUNT, groupOf, INSTRUCTION_FILES, readCorpus, type Sample } from './corpus.ts';
import { learn, prepare, type Prepared } from './learn.ts';
import { atDefaults, summarise, type Held } from './summary.ts';
import { readSources } from './sources.ts';
import { hashOf, OWN_TEXTS, ownSamples } from './texts.ts';

/** Shares of honest texts, not seen, that score above the default thresholds of the policy: of all, and of each source. */
const OF_ALL = 0.005;
const OF_SOURCE = 0.01;
/** The same for a source that the model does not know. Of users 1 % would let too many known jailbreaks pass. */
const OF_UNSEEN = { user: 0.04, untrusted: 0.01 };
/** Logits below are all the same; without words there is none. */
const LEAST = -20;
const FOLDS = 4;

/** What a text says in one of its views: results of tools are JSON, with escapes. */
interface Reading {
  readonly signs: number;
  readonly model: number;
  readonly isHidden: boolean;
}

interface Scored {
  readonly sample: Sample;
  readonly readings: readonly Reading[];
}

const [corpora, sources, file] = process.argv.slice(2);
if (corpora === undefined || sources === undefined)
  throw new Error(
    'CORPORA (the folder of prompts.jsonl) or SOURCES (a folder for each further source) is missing',
  );
const prepared = prepare([...readCorpus(corpora), ...readSources(sources), ...ownSamples()]);

/** Each text, by a model that was trained without its part. */
function heldOut(parts: number, partOf: (sample: Sample) => number): readonly Scored[] {
  return Array.from({ length: parts }, (_, part) => {
    const isOut = ({ sample }: Prepared): boolean => partOf(sample) === part;
    const seen = prepared.filter((each) => !isOut(each));
    const open = { user: UNCALIBRATED, untrusted: UNCALIBRATED };
    const scorer = new InjectionScorer(compress(learn(seen, false), learn(seen, true), open));
    return prepared.filter(isOut).map(({ sample }) => ({
      sample,
      readings: views(withoutFileNames(sample.text)).map(({ text, by }) => {
        const { signs, model } = scorer.score(text, sample.untrusted);
        return { signs, model, isHidden: by.length > 0 };
      }),
    }));
  }).flat();
}

/** Variants of one text are held out together. */
const newTexts = heldOut(FOLDS, ({ cluster }) => hashOf(cluster) % FOLDS);
const newSources = heldOut(GROUP_COUNT, ({ source, cluster }) =>
  OWN_TEXTS.test(source) ? hashOf(cluster) % GROUP_COUNT : groupOf(source),
);

function rank(scored: readonly Scored[], calibration: Omit<Calibration, 'threshold'>): readonly Held[] {
  const rankOfReading = ({ signs, model, isHidden }: Reading): number =>
    rankOf(calibration.signTail, signs) +
    rankOf(calibration.modelTail, model) +
    (isHidden && signs > 0 ? HIDDEN_SIGN : 0);
  return scored.map(({ sample, readings }) => ({ sample, rank: Math.max(...readings.map(rankOfReading)) }));
}

/**
 * Ranks by new texts of known sources: those of new sources have longer tails. The threshold holds for both.
 */
function calibrate(untrusted: boolean): Calibration {
  const isHonest = ({ sample }: Scored): boolean =>
    sample.untrusted === untrusted && !sample.attack && !INSTRUCTION_FILES.test(sample.source);
  const honest = newTexts.filter(isHonest);
  const tails = {
    modelTail: logitTail(
      honest.map(({ readings }) => Math.max(LEAST, ...readings.map(({ model }) => model))),
    ),
    signTail: signTail(honest.map(({ readings }) => Math.max(...readings.map(({ signs }) => signs)))),
  };
  const ofSource = (all: readonly Scored[], share: number): number =>
    thresholdOf(
      rank(all.filter(isHonest), tails).map(({ sample, rank: sum }) => ({
        source: sample.source,
        rank: sum,
      })),
      OF_ALL,
      share,
    );
  const unseen = untrusted ? OF_UNSEEN.untrusted : OF_UNSEEN.user;
  return { ...tails, threshold: Math.max(ofSource(newTexts, OF_SOURCE), ofSource(newSources, unseen)) };
}

const calibrations = { user: calibrate(false), untrusted: calibrate(true) };
for (const untrusted of [false, true]) {
  const calibration = untrusted ? calibrations.untrusted : calibrations.user;
  const of = (all: readonly Scored[]): readonly Held[] =>
    rank(
      all.filter(({ sample }) => sample.untrusted === untrusted),
      calibration,
    );
  const splits = { texts: of(newTexts), sources: of(newSources) };
  console.log(`\n## ${untrusted ? 'Untrusted text' : 'Text of users'}\n`);
  console.log(`${summarise(splits)}\n\n${atDefaults(splits, calibration.threshold)}`);
}
const model = compress(learn(prepared, false), learn(prepared, true), calibrations);
writeFileSync(file ?? 'data/injection-model.bin', printModel(model));
console.log(`\n${model.keys.length} keys\n${JSON.stringify(calibrations)}`);
