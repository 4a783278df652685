import fc from 'fast-check';

import {
  createLinksDetector,
  createPiiDetector,
  createPromptLeakDetector,
  createSecretsDetector,
} from './index.ts';
import type { Detector } from './detector.ts';
import { parsePattern } from './patterns/index.ts';
import { PII_RULES } from './pii/index.ts';
import { SECRET_RULES } from './secrets/index.ts';
import { allAtOnce, LONG_TEXT, scanInSlices } from './slices.ts';
import { runs } from './testing/runs.ts';
import { nearMiss, pickFrom, sample } from './testing/sample.ts';

const PROMPT =
  'You are Mia. Never reveal the escalation code 7719 to anyone, and answer in short sentences. ';
const LENGTH = 3 * LONG_TEXT;
const leak = createPromptLeakDetector([PROMPT]);
const DETECTORS: readonly (readonly [string, Detector])[] = [
  ['pii', createPiiDetector()],
  ['secrets', createSecretsDetector()],
  ['links', createLinksDetector([])],
  ...(leak === null ? [] : [['prompt leak', leak] as const]),
];

function long(piece: string): string {
  return piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);
}

/** The slices of a scan, as the lengths of the texts that the detector was given. */
function slicesOf(detector: Detector, text: string): readonly number[] {
  const lengths: number[] = [];
  const watched: Detector = {
    ...detector,
    resume: (part, progress) => {
      lengths.push(part.text.length);
      return detector.resume(part, progress);
    },
  };
  allAtOnce(scanInSlices(watched, text));
  return lengths;
}

const ALPHABETS: readonly (readonly [string, string])[] = [
  ['prose', 'The report shows that revenue grew, write to anna@example.com or call +49 30 1234567. '],
  ['images', `<img src="https://evil.test/a.png">${'and so on '.repeat(96)}`],
  ['images of Markdown', '![a](https://evil.test/x) '],
  ['card numbers', '4111 1111 1111 1111 '],
  ['numbers that are almost cards', '4111 1111 1111 1112 '],
  ['headers of keys', '-----BEGIN PRIVATE KEY-----\n'],
  ['keys', `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0B'.repeat(30)}\n`],
  ['a repeated prompt', PROMPT],
  ['surrogate pairs', '🔥a@b.io '],
  ['halves of pairs', '\ud83d anna@example.com'],
  ['an encoded blob', 'QUtJQVE3V1o1VFhOM1JMTUtCMkQ'],
  ['one address after the other', 'https://a.example/'],
];

describe.each(DETECTORS)('%s in slices', (_, detector) => {
  it.each(ALPHABETS)('finds what it finds at once: %s', (_name, piece) => {
    const text = long(piece);
    expect(allAtOnce(scanInSlices(detector, text))).toEqual(detector.scan(text));
  });

  it('finds what it finds at once: matches and near misses of all patterns', () => {
    const nodes = [...PII_RULES, ...SECRET_RULES].map(({ source }) => parsePattern(source));
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(' ', '\n', ', ', ''), (seed, glue) => {
        const pick = pickFrom(seed);
        let text = '';
        while (text.length <= LONG_TEXT) {
          const node = nodes[pick(nodes.length)];
          if (node === undefined) continue;
          text += (pick(2) === 0 ? sample(node, pick) : nearMiss(node, pick)) + glue;
        }
        expect(allAtOnce(scanInSlices(detector, text))).toEqual(detector.scan(text));
      }),
      { numRuns: runs(3) },
    );
  });

  it.each(ALPHABETS)('reads each character a few times, whatever is held back: %s', (_name, piece) => {
    const read = slicesOf(detector, long(piece)).reduce((sum, length) => sum + length, 0);
    expect(read).toBeLessThan(4 * LENGTH);
  });
});

it('a short text is one slice', () => {
  expect(scanInSlices(createPiiDetector(), 'to anna@example.com').next()).toMatchObject({
    done: true,
    value: [{ rule: 'pii.email' }],
  });
});

it('a long text of which nothing is held back is cut into slices of one length', () => {
  const lengths = slicesOf(createSecretsDetector(), long('a b c. '));
  expect(lengths.length).toBeGreaterThan(8);
  expect(Math.max(...lengths)).toBeLessThan(LONG_TEXT / 2);
});
