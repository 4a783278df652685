import { normOf } from '../../src/detectors/injection/pieces.ts';
import { generator, shuffle } from './shuffle.ts';

/** A piece of a text, or two neighbouring ones. */
export interface Window {
  /** Indexes of the features in them, each as often as it occurs. */
  readonly features: Int32Array;
  readonly words: number;
}

/** A text: `label` 1 says that one of its windows at least is an attack, 0 that none is. Its windows are its pieces, alone and each with the one before. */
export interface Bag {
  readonly pieces: readonly Window[];
  readonly label: 0 | 1;
  readonly weight: number;
}

export interface Linear {
  readonly weights: Float32Array;
  readonly bias: number;
}

const EPOCHS = 20;
const RATE = 0.6;
const BIAS_RATE = 0.02;
/** In the first epochs any window of an attack may be the one. */
const SEARCHING = 2;
const SEARCHED = 4;
/** Shares of an attack's weight that go to its worst window and to any other. */
const WORST = 0.7;
const OTHER = 0.15;
/** Windows of an honest text that are learned beside the worst. */
const HONEST = 2;

/** Pieces from `from` to `to`: one, or two. */
interface Place {
  readonly from: number;
  readonly to: number;
}

/** The logit of a window. */
export function logitOf({ features, words }: Window, { weights, bias }: Linear): number {
  return bias + sumOf(features, weights) / normOf(words);
}

/**
 * Multiple-instance logistic regression by stochastic descent with a falling rate: of an attack the window counts that looks most like one,
 * of an honest text too. After each epoch all weights shrink by `decay`. One rate for all features, on purpose: adaptive ones let rare words
 * grow as fast as frequent ones, and rare words are what a source is known by. Deterministic: all choices come from a seeded generator.
 */
export function fit(bags: readonly Bag[], size: number, decay: number): Linear {
  const linear = { weights: new Float32Array(size), bias: -1 };
  const order = Int32Array.from(bags, (_, index) => index);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const below = generator(epoch + 1);
    shuffle(order, below);
    const rate = RATE / (1 + epoch / 3);
    for (const index of order) {
      const bag = bags[index];
      if (bag === undefined) continue;
      const windows = 2 * bag.pieces.length - 1;
      const learn = (place: Place, share: number): void => {
        step(linear, bag, place, bag.weight * share * rate);
      };
      const any = (): Place => placeOf(below(windows), bag.pieces.length);
      if (windows === 1) learn(placeOf(0, 1), 1);
      else if (bag.label === 1 && epoch < SEARCHING) {
        const times = Math.min(SEARCHED, windows);
        for (let time = 0; time < times; time++) learn(any(), 1 / times);
      } else if (bag.label === 1) {
        learn(worstOf(bag.pieces, linear), WORST);
        learn(any(), OTHER);
      } else {
        learn(worstOf(bag.pieces, linear), 1);
        for (let time = 0; time < HONEST; time++) learn(any(), 1);
      }
    }
    for (let at = 0; at < size; at++) linear.weights[at] = (linear.weights[at] ?? 0) * (1 - decay);
  }
  return linear;
}

/** The pairs of neighbours come first, then the pieces alone. */
function placeOf(window: number, pieces: number): Place {
  return window < pieces - 1
    ? { from: window, to: window + 1 }
    : { from: window - pieces + 1, to: window - pieces + 1 };
}

function step(
  linear: { weights: Float32Array; bias: number },
  { pieces, label }: Bag,
  { from, to }: Place,
  rate: number,
): void {
  const { weights } = linear;
  let sum = 0;
  let words = 0;
  for (let at = from; at <= to; at++) {
    const piece = pieces[at];
    if (piece === undefined) continue;
    sum += sumOf(piece.features, weights);
    words += piece.words;
  }
  const error = (1 / (1 + Math.exp(-linear.bias - sum / normOf(words))) - label) * rate;
  linear.bias -= BIAS_RATE * error;
  const change = error / normOf(words);
  for (let at = from; at <= to; at++)
    for (const feature of pieces[at]?.features ?? []) weights[feature] = (weights[feature] ?? 0) - change;
}

/** Sums each piece once: a pair of neighbours has the sum of both. */
function worstOf(pieces: readonly Window[], { weights }: Linear): Place {
  let worst: Place = { from: 0, to: 0 };
  let highest = -Infinity;
  let sumBefore = 0;
  let wordsBefore = 0;
  for (const [at, { features, words }] of pieces.entries()) {
    const sum = sumOf(features, weights);
    const alone = sum / normOf(words);
    if (alone > highest) [worst, highest] = [{ from: at, to: at }, alone];
    const both = (sum + sumBefore) / normOf(words + wordsBefore);
    if (at > 0 && both > highest) [worst, highest] = [{ from: at - 1, to: at }, both];
    sumBefore = sum;
    wordsBefore = words;
  }
  return worst;
}

function sumOf(features: Int32Array, weights: Float32Array): number {
  let sum = 0;
  for (const feature of features) sum += weights[feature] ?? 0;
  return sum;
}
