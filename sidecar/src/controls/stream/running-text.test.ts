import fc from 'fast-check';

import { Budget, scanText, Tally, type TextRule } from '../index.ts';
import { createLinksDetector, createPiiDetector, createSecretsDetector } from '../../detectors/index.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { RunningText } from './running-text.ts';

const RULES: readonly TextRule[] = [
  createPiiDetector(),
  createSecretsDetector(),
  createLinksDetector([]),
].map((detector) => ({
  control: 'egress',
  code: 'sensitive_output',
  action: 'redact',
  mode: 'enforce',
  detector,
}));
/** Has the shape of a credential and is none. */
const TOKEN = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');
function encoded(text: string, encoding: BufferEncoding = 'base64'): string {
  return Buffer.from(text).toString(encoding);
}

/** Pieces of what is found, in disguises, and of what stands around it. */
const PIECES = fc.constantFrom(
  ...[
    '4111 1111 1111 1111',
    '4111 **1111** 1111 1111',
    '4111&nbsp;1111&nbsp;1111&nbsp;1111',
    '4111  1111  1111  1111',
  ],
  ...[
    'anna%2540example.org',
    'anna\\u0040example.org',
    'anna=40example.org',
    'а',
    'nnа@exаmple.org',
    '@',
    'example.org',
  ],
  ...[
    encoded('mail anna@example.org now'),
    encoded(encoded('mail anna@example.org now')),
    encoded(`key ${TOKEN}`),
  ],
  ...[
    encoded('anna@example.org', 'hex'),
    encoded('anna@example.org', 'hex').replace(/../g, '$& '),
    TOKEN.slice(0, 20),
  ],
  ...[encoded('mail anna@example.org now').replace(/.{6}/g, '$& '), encoded('mail me').slice(0, 5)],
  ...['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', 'a\nn\nn\na\n@\nb\n.\nc\no\n', 'a.b.c.d.', TOKEN.slice(20), TOKEN],
  ...[
    '![x](https://evil.test/a',
    '&#104;ttps://evil.test/x)',
    '<img src="//evil.test/',
    '">',
    '<b>',
    '</b>',
    '<!-- ',
  ],
  ...[
    ' ',
    ' ',
    '\n',
    ', ',
    '.',
    '*',
    '**',
    '\\',
    '%',
    '&',
    '=',
    '\u200b',
    '\u{e0041}',
    '😀',
    '\ud83d',
    'word',
    '1',
    'A',
  ],
);
const TEXT = fc.array(PIECES, { maxLength: 10 }).map((pieces) => pieces.join(''));

function budget(): Budget {
  return new Budget(Infinity, () => 0);
}

function described(tally: Tally): readonly string[] {
  return tally
    .verdict()
    .hits.map(({ rule, decoded }) => `${rule} ${decoded ?? ''}`)
    .sort();
}

it('finds in pieces what it finds in the whole, however disguised and wherever cut', () => {
  fc.assert(
    fc.property(TEXT, fc.array(fc.nat(400), { maxLength: 30 }), fc.boolean(), (text, some, every) => {
      const cuts = every ? Array.from({ length: text.length }, (_, at) => at) : some;
      const whole = new Tally('enforce');
      const spans = scanText(text, '/text', RULES, { tally: whole, budget: budget() });
      const streamed = new Tally('enforce');
      const running = new RunningText('/text', RULES, streamed);
      let at = 0;
      for (const cut of [...cuts].sort((a, b) => a - b)) {
        running.push(text.slice(at, cut), budget());
        at = Math.max(at, Math.min(cut, text.length));
      }
      running.push(text.slice(at), budget());
      running.end(budget());
      expect(running.spansIn(0, text.length)).toEqual(spans);
      expect(described(streamed)).toEqual(described(whole));
    }),
    {
      numRuns: runs(150),
      examples: [
        // Cut inside of the second tag character, which decides how the first is read.
        ['\u{e0041}\u{e0041}anna=40example.org', [], true],
      ],
    },
  );
});

it.each([
  ['prose', 'The committee met on Tuesday and read the report, ', 0],
  ['numbers', 'It costs 12 of 40 in 2021 and ', 0],
  ['a possible tag', 'if it is <b', 2],
  ['a possible entity', 'this &', 1],
])('holds little of %s', (_, text, held) => {
  const running = new RunningText('/text', [], new Tally('enforce'));
  running.push(text, budget());
  expect(running.held).toBe(held);
});

it.each([
  ['nothing', 'plain text', []],
  ['personal data', 'mail anna@example.org now', ['egress.pii']],
  ['a secret', `key ${TOKEN} here`, ['egress.secrets']],
  ['both, in their order', `${TOKEN} of anna@example.org.`, ['egress.secrets', 'egress.pii']],
])('%s: the keys that change a text are named', (_, text, expected) => {
  const running = new RunningText('key', RULES, new Tally('enforce'));
  const budget = new Budget(10_000_000, () => performance.now());
  for (const unit of text) running.push(unit, budget);
  running.end(budget);
  expect(running.changedBy).toEqual(expected);
});
