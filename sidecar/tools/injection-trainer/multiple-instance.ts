import { normOf } from '../../src/detectors/injection/pieces.ts';
import { generator, shuffle } from './shuffle.ts';

/** One or two neighbouring pieces of a text. */
export interface Window {
  /** Indexes of the features in them, each as often as it occurs. */
  readonly features: Int32Array;
  readonly words: number;
}

/** A text: `label` 1 says that one of its windows at least is an attack, 0 that none is. */
export interface Bag {
  readonly windows: readonly Window[];
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

/** The logit of a window. */
export function logitOf({ features, words }: Window, { weights, bias }: Linear): number {
  let sum = 0;
  for (const feature of features) sum += weights[feature] ?? 0;
  return bias + sum / normOf(words);
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
      const learn = (window: Window | undefined, share: number): void => {
        if (window !== undefined) step(linear, window, bag.label, bag.weight * share * rate);
      };
      const any = (): Window | undefined => bag.windows[below(bag.windows.length)];
      if (bag.windows.length === 1) learn(bag.windows[0], 1);
      else if (bag.label === 1 && epoch < SEARCHING) {
        const times = Math.min(SEARCHED, bag.windows.length);
        for (let time = 0; time < times; time++) learn(any(), 1 / times);
      } else if (bag.label === 1) {
        learn(worstOf(bag.windows, linear), WORST);
        learn(any(), OTHER);
      } else {
        learn(worstOf(bag.windows, linear), 1);
        for (let time = 0; time < HONEST; time++) learn(any(), 1);
      }
    }
    for (let at = 0; at < size; at++) linear.weights[at] = (linear.weights[at] ?? 0) * (1 - decay);
  }
  return linear;
}

function step(
  linear: { weights: Float32Array; bias: number },
  window: Window,
  label: 0 | 1,
  rate: number,
): void {
  const error = (1 / (1 + Math.exp(-logitOf(window, linear))) - label) * rate;
  linear.bias -= BIAS_RATE * error;
  const change = error / normOf(window.words);
  for (const feature of window.features) linear.weights[feature] = (linear.weights[feature] ?? 0) - change;
}

function worstOf(windows: readonly Window[], linear: Linear): Window | undefined {
  let worst: Window | undefined;
  let highest = -Infinity;
  for (const window of windows) {
    const logit = logitOf(window, linear);
    if (logit > highest) [worst, highest] = [window, logit];
  }
  return worst;
}
