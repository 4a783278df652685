import type { Linear } from '../injection-trainer/multiple-instance.ts';
import { generator, shuffle } from '../injection-trainer/shuffle.ts';

/** A row of features, each 1, scaled by `scale`; `label` 1 is an attack. */
export interface Row {
  readonly features: Int32Array;
  readonly scale: number;
  readonly label: 0 | 1;
  readonly weight: number;
}

const EPOCHS = 14;
const RATE = 0.6;
const BIAS_RATE = 0.02;

/**
 * Logistic regression by stochastic descent with a falling rate; after each epoch all weights shrink by `decay`. One rate for all
 * features, on purpose: adaptive ones let rare words grow as fast as frequent ones, and rare words are what a source is known by.
 * Deterministic: the order of the rows comes from a seeded generator.
 */
export function fit(rows: readonly Row[], size: number, decay: number): Linear {
  const weights = new Float32Array(size);
  const order = Int32Array.from(rows, (_, index) => index);
  let bias = -1;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, generator(epoch + 1));
    const rate = RATE / (1 + epoch / 3);
    for (const index of order) {
      const row = rows[index];
      if (row === undefined) continue;
      let sum = 0;
      for (const feature of row.features) sum += weights[feature] ?? 0;
      const error = (1 / (1 + Math.exp(-bias - sum * row.scale)) - row.label) * row.weight;
      bias -= BIAS_RATE * rate * error;
      const step = rate * error * row.scale;
      for (const feature of row.features) weights[feature] = (weights[feature] ?? 0) - step;
    }
    for (let at = 0; at < size; at++) weights[at] = (weights[at] ?? 0) * (1 - decay);
  }
  return { weights, bias };
}
