import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

import {
  assessInSlices,
  createLinksDetector,
  createPiiDetector,
  createSecretsDetector,
  viewsInSlices,
  scanInSlices,
} from '../../src/detectors/index.ts';
import { createBuiltinDetector, parsePattern, type PatternSpec } from '../../src/detectors/patterns/index.ts';
import { PII_RULES, piiRule } from '../../src/detectors/pii/index.ts';
import { SECRET_RULES } from '../../src/detectors/secrets/index.ts';
import { nearMiss, pickFrom, sample } from '../../src/detectors/testing/sample.ts';
import { inTurns } from '../../src/pipeline/inspect/turns.ts';
import { cpuMsSince } from './cpu.ts';
import { printed, SECTIONS } from './section.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const SHOWN = 12;
const ROUNDS = 2;
/** Characters of a token, about. */
const TOKEN = 4;

/** Every built-in pattern with texts of its own alphabet. */
const SPECS: readonly PatternSpec[] = [
  ...PII_RULES.map(({ entity, ...rule }) => ({ ...rule, id: piiRule(entity) })),
  ...SECRET_RULES.map(({ name, source, group, validate, score = 1 }) => ({
    ...{ id: `secret.${name}`, source, score },
    ...(group === undefined ? {} : { group }),
    ...(validate === undefined ? {} : { validate }),
  })),
];

function grown(piece: () => string, length: number): string {
  let text = '';
  while (text.length < length) text += piece();
  return text.slice(0, length);
}

/** Matches and near misses of one pattern. */
function alphabetOf(source: string, length: number): string {
  const node = parsePattern(source);
  const pick = pickFrom(7);
  return grown(
    () => (pick(3) === 0 ? sample(node, pick) : nearMiss(node, pick)) + (pick(2) === 0 ? ' ' : ''),
    length,
  );
}

function timeOf(work: () => unknown): number {
  const since = process.cpuUsage();
  work();
  return cpuMsSince(since);
}

/** Markdown lines: the dearest patterns on their own alphabets, in nanoseconds a character, and how that grows from 64 to 512 KiB. */
export function* patternCosts(): Generator<string> {
  const detectors = SPECS.map((spec) => ({ spec, detector: createBuiltinDetector(spec.id, [spec]) }));
  const costs = detectors.map(({ spec, detector }) => {
    const [short, long] = [64 * KIB, 512 * KIB].map((length) => {
      const text = alphabetOf(spec.source, length);
      return (1e6 * timeOf(() => detector.scan(text))) / length;
    });
    return { id: spec.id, short: short ?? 0, long: long ?? 0 };
  });
  const dearest = costs.toSorted((a, b) => b.long - a.long).slice(0, SHOWN);
  yield* printed(
    SECTIONS.patterns,
    dearest.map(({ id, short, long }) => [id, short.toFixed(0), long.toFixed(0), (long / short).toFixed(2)]),
  );
}

const PROSE = 'The report shows that revenue grew in every region, although the cost of goods rose as well. ';
const KINDS: readonly (readonly [string, () => string])[] = [
  ['prose', () => PROSE],
  ['an image each 1,000 characters', () => `<img src="https://evil.test/a.png">${PROSE.repeat(10)}`],
  ['images of Markdown', () => '![a](/x) '],
  ['card numbers', () => '4111 1111 1111 1112 '],
  ['headers of private keys', () => '-----BEGIN PRIVATE KEY-----\n'],
  ['base64', noiseOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')],
  ['printable noise', noiseOf(Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join(''))],
  ['percent escapes', () => '%41'],
  ['zero-width characters', () => 'a\u200b'],
  ['Chinese', () => '报告显示所有地区的收入都有所增长。'],
  ['spaced letters', () => 'a b c d e '],
  ['one long address', () => 'https://a.example/'],
];

function noiseOf(alphabet: string): () => string {
  const pick = pickFrom(11);
  return () => Array.from({ length: 256 }, () => alphabet[pick(alphabet.length)] ?? '').join('');
}

interface Measured {
  readonly totalMs: number;
  readonly longestSliceMs: number;
  readonly delayP99Ms: number;
  readonly delayMs: number;
  readonly grownMiB: number;
}

const DETECTORS = [createPiiDetector(), createSecretsDetector(), createLinksDetector([])];

async function inspected(text: string): Promise<Measured> {
  const restingBytes = process.memoryUsage.rss();
  let [longestSliceMs, totalMs, peakBytes] = [0, 0, restingBytes];
  function* watched(): Generator<undefined, void> {
    const jobs = [
      ...DETECTORS.map((detector) => scanInSlices(detector, text)),
      ...[assessInSlices(text, false), viewsInSlices(text)],
    ];
    for (const job of jobs)
      for (;;) {
        const state = { isDone: false };
        const took = timeOf(() => (state.isDone = job.next().done === true));
        longestSliceMs = Math.max(longestSliceMs, took);
        totalMs += took;
        if (state.isDone) break;
        yield;
      }
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await inTurns(watched(), () => performance.now());
  delay.disable();
  const [delayP99Ms, delayMs] = [delay.percentile(99) / 1e6, delay.max / 1e6];
  return { totalMs, longestSliceMs, delayP99Ms, delayMs, grownMiB: (peakBytes - restingBytes) / MIB };
}

/** The lesser of each over some runs: what other work on the machine adds is not of the detectors. */
async function least(text: string): Promise<Measured> {
  const runs: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) runs.push(await inspected(text));
  const of = (key: keyof Measured): number => Math.min(...runs.map((run) => run[key]));
  return {
    totalMs: of('totalMs'),
    longestSliceMs: of('longestSliceMs'),
    delayP99Ms: of('delayP99Ms'),
    delayMs: of('delayMs'),
    // A second run uses what the first has left behind.
    grownMiB: Math.max(...runs.map(({ grownMiB }) => grownMiB)),
  };
}

/** Markdown lines: all default detectors over long texts in turns, the longest slice, the delay of the event loop, and memory. */
export async function* loopDelays(): AsyncGenerator<string> {
  const rows: string[][] = [];
  for (const [name, piece] of KINDS) {
    const [short, long] = [await least(grown(piece, 64 * KIB)), await least(grown(piece, 4 * MIB))];
    const [shortMs, longMs] = [short.totalMs / (64 * KIB), long.totalMs / (4 * MIB)];
    rows.push([
      name,
      ...[longMs, shortMs].map((ms) => (1000 * TOKEN * ms).toFixed(2)),
      (longMs / shortMs).toFixed(2),
      ...[long.longestSliceMs, long.delayP99Ms, long.delayMs, long.grownMiB].map((value) => value.toFixed(0)),
    ]);
  }
  yield* printed(SECTIONS.cost, rows);
}
