import type { Words } from './words.ts';

/** Consecutive words in a gram: shorter sequences are common phrases. */
export const GRAM = 8;

/** A gram by 64 bits: `start` (24) of its first two words, `rest` (40) of all of it. */
export interface Gram {
  readonly start: number;
  readonly rest: number;
}

/** 24 bits of the two words at `at`. */
export function startOf({ hashes }: Words, at: number): number {
  return mixAll(hashes, at, 2, 0x9e3779b1) >>> 8;
}

/** The gram at `at`; there must be enough words. */
export function gramAt(words: Words, at: number): Gram {
  const high = mixAll(words.hashes, at, GRAM, 0x85ebca6b);
  const low = mixAll(words.hashes, at, GRAM, 0xc2b2ae35) & 0xff;
  return { start: startOf(words, at), rest: high * 256 + low };
}

/** A number for a gram in a `Set`: 53 of its 64 bits. */
export function keyOf(gram: Gram): number {
  return (gram.start & 0x1fff) * 2 ** 40 + gram.rest;
}

function mixAll(hashes: Int32Array, at: number, count: number, seed: number): number {
  let hash = seed;
  for (let index = at; index < at + count; index++) {
    hash = Math.imul(hash ^ (hashes[index] ?? 0), 0x2c1b3c6d);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x297a2d39) + 0x165667b1;
  }
  return (hash ^ (hash >>> 13)) >>> 0;
}
