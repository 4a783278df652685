import { readFileSync } from 'node:fs';
import type { Tail } from './tails.ts';

/** Linear weights of words and runs of words, learned by the trainer; one column for text of users, one for untrusted text. */
export interface Model {
  readonly keys: Int32Array;
  readonly user: Head;
  readonly untrusted: Head;
}

export interface Head {
  /** In units of `scale`, one for each key. */
  readonly weights: Int8Array;
  readonly scale: number;
  readonly bias: number;
  /** The sum of ranks at which the score reaches the default threshold of the policy: measured on held-out sources. */
  readonly threshold: number;
  /** How rare logits of the model, and sums of signs, are among honest texts of held-out sources. */
  readonly modelTail: Tail;
  readonly signTail: Tail;
}

/** `LBIM`, version 2. */
const MAGIC = 0x4d49424c;
const VERSION = 2;
/** Points of a tail. */
export const POINTS = 16;
const TAIL = POINTS * 8;
/** Scale, bias, threshold and two tails. */
const HEAD = 12 + 2 * TAIL;
const HEADER = 12 + 2 * HEAD;

/** Beside `src/` and `dist/` alike, so that both find it. */
export const MODEL_FILE = new URL('../../../data/injection-model.bin', import.meta.url);

/**
 * Reads the file; the process must not start without it.
 * @throws Error if it is absent or damaged.
 */
export function loadModel(file: URL = MODEL_FILE): Model {
  return parseModel(readFileSync(file), file.pathname);
}

/** @throws Error if the bytes are not a model; `name` is for the message. */
export function parseModel(bytes: Uint8Array, name: string): Model {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const head =
    bytes.byteLength >= HEADER && view.getUint32(0, true) === MAGIC && view.getUint32(4, true) === VERSION;
  const count = head ? view.getUint32(8, true) : 0;
  if (!head || count === 0 || bytes.byteLength !== HEADER + count * 6)
    throw new Error(
      `${name} is no injection model of version ${VERSION}: reinstall the package, or train it anew`,
    );
  const keys = new Int32Array(count);
  for (let at = 0; at < count; at++) keys[at] = view.getInt32(HEADER + at * 4, true);
  const tailAt = (from: number): Tail =>
    Array.from({ length: POINTS }, (_, at) => [
      view.getFloat32(from + at * 8, true),
      view.getFloat32(from + at * 8 + 4, true),
    ]);
  const column = (index: 0 | 1): Head => {
    const from = 12 + index * HEAD;
    return {
      // The same bits, signed.
      weights: Int8Array.from(bytes.subarray(HEADER + count * (4 + index), HEADER + count * (5 + index))),
      scale: view.getFloat32(from, true),
      bias: view.getFloat32(from + 4, true),
      threshold: view.getFloat32(from + 8, true),
      modelTail: tailAt(from + 12),
      signTail: tailAt(from + 12 + TAIL),
    };
  };
  return { keys, user: column(0), untrusted: column(1) };
}

/** The bytes that `parseModel` reads. */
export function printModel({ keys, user, untrusted }: Model): Uint8Array {
  const bytes = new Uint8Array(HEADER + keys.length * 6);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, keys.length, true);
  keys.forEach((key, at) => {
    view.setInt32(HEADER + at * 4, key, true);
  });
  [user, untrusted].forEach((head, index) => {
    const values = [head.scale, head.bias, head.threshold, ...head.modelTail.flat(), ...head.signTail.flat()];
    values.forEach((value, at) => {
      view.setFloat32(12 + index * HEAD + at * 4, value, true);
    });
    bytes.set(
      new Uint8Array(head.weights.buffer, head.weights.byteOffset, keys.length),
      HEADER + keys.length * (4 + index),
    );
  });
  return bytes;
}
