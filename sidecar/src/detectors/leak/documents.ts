import { combineDetectors } from '../composite.ts';
import type { Detector } from '../detector.ts';
import { GRAM, gramAt, type Gram } from './gram.ts';
import { createPassageDetector, indexGrams } from './passages.ts';
import { wordsOf } from './words.ts';

/**
 * One of this many consecutive grams is kept, so that every passage of `GRAM + WINDOW - 1` words that a text shares with a document is
 * found.
 */
const WINDOW = 4;
const HEADER = `llm-boundary-fingerprint 1 words=${GRAM} window=${WINDOW}`;

/** A file that is not a fingerprint of this version. The message names the set and the line, never its content. */
export class FingerprintError extends Error {
  constructor(name: string, line: number, expected: string) {
    super(
      `fingerprint set ${name}, line ${line}: expected ${expected}; recreate the file with policy fingerprint`,
    );
    this.name = 'FingerprintError';
  }
}

/**
 * The fingerprint of a protected document: one header line, then one 64-bit hash in hex per line, in rising order. It only reveals whether
 * a given passage is in the text.
 */
export function fingerprint(text: string): string {
  const words = wordsOf(text);
  const all: string[] = [];
  for (let at = 0; at + GRAM <= words.count; at++) all.push(print(gramAt(words, at)));
  return [HEADER, ...[...new Set(winnow(all))].sort(), ''].join('\n');
}

/** Finds passages of protected documents. @throws FingerprintError for an unreadable set. */
export function createDocumentsDetector(sets: ReadonlyMap<string, Uint8Array | string>): Detector {
  const detectors = [...sets].map(([name, file]) =>
    createPassageDetector(`document.${name}`, indexGrams(readFingerprint(name, file), false)),
  );
  return combineDetectors('documents', detectors);
}

/** The least hash of every window (Schleimer, Wilkerson and Aiken 2003). */
function winnow(hashes: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let at = 0; at < Math.max(1, hashes.length - WINDOW + 1); at++) {
    const [first, ...rest] = hashes.slice(at, at + WINDOW);
    if (first !== undefined) kept.push(rest.reduce((least, hash) => (hash < least ? hash : least), first));
  }
  return kept;
}

function print(gram: Gram): string {
  return gram.start.toString(16).padStart(6, '0') + gram.rest.toString(16).padStart(10, '0');
}

function readFingerprint(name: string, file: Uint8Array | string): readonly Gram[] {
  const text = typeof file === 'string' ? file : Buffer.from(file).toString('utf8');
  const [header, ...lines] = text.split(/\r?\n/);
  if (header?.trim() !== HEADER) throw new FingerprintError(name, 1, `the header "${HEADER}"`);
  return lines.flatMap((line, at) => {
    if (line.trim() === '') return [];
    if (!/^[0-9a-f]{16}$/.test(line.trim()))
      throw new FingerprintError(name, at + 2, '16 lower-case hexadecimal digits');
    return [{ start: Number.parseInt(line.slice(0, 6), 16), rest: Number.parseInt(line.slice(6, 16), 16) }];
  });
}
