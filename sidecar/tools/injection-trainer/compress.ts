import type { Head, Model } from '../../src/detectors/injection/model.ts';
import type { Calibration } from './calibrate.ts';
import type { Learned } from './learn.ts';

/** Keys in the file at most: six bytes each, within 240 KB. */
const MAX_KEYS = 40_000;
/** The share of the weights that fits in a byte; the rest is clipped. */
const FITTING = 0.9995;

/** Both heads over one set of keys, in bytes; what rounds to nothing is left out. */
export function compress(
  user: Learned,
  untrusted: Learned,
  calibrations: { readonly user: Calibration; readonly untrusted: Calibration },
): Model {
  const scales = [scaleOf(user), scaleOf(untrusted)] as const;
  const size = (key: number): number =>
    Math.max(Math.abs(weightOf(user, key) / scales[0]), Math.abs(weightOf(untrusted, key) / scales[1]));
  const keys = [...new Set([...user.vocabulary.keys(), ...untrusted.vocabulary.keys()])]
    .filter((key) => size(key) >= 0.5)
    .sort((a, b) => size(b) - size(a) || a - b)
    .slice(0, MAX_KEYS);
  const head = (learned: Learned, scale: number, calibration: Calibration): Head => ({
    ...calibration,
    weights: Int8Array.from(keys, (key) =>
      Math.max(-127, Math.min(127, Math.round(weightOf(learned, key) / scale))),
    ),
    scale,
    bias: learned.linear.bias,
  });
  return {
    keys: Int32Array.from(keys),
    user: head(user, scales[0], calibrations.user),
    untrusted: head(untrusted, scales[1], calibrations.untrusted),
  };
}

function weightOf({ vocabulary, linear }: Learned, key: number): number {
  const index = vocabulary.get(key);
  return index === undefined ? 0 : (linear.weights[index] ?? 0);
}

function scaleOf({ linear }: Learned): number {
  const sizes = linear.weights.map(Math.abs).sort();
  return (sizes[Math.floor(sizes.length * FITTING)] ?? 1) / 127;
}
