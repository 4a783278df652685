import fc from 'fast-check';

import { createPatternDetector } from '../../detectors/index.ts';
import { runs } from '../../detectors/testing/runs.ts';
import {
  Budget,
  replaceSpans,
  replyRules,
  scanText,
  Tally,
  type ActionContext,
  type TextRule,
} from '../index.ts';
import { Pseudonyms } from '../pseudonyms.ts';
import { restoredArguments } from './restored-call.ts';
import { RunningText } from './running-text.ts';
import { ACTION as WITHOUT, POLICY } from './testing/replies.ts';

const PSEUDONYMS = new Pseudonyms(WITHOUT.exchange);
const ACTION: ActionContext = { ...WITHOUT, pseudonyms: PSEUDONYMS };
const HOME = '742 Evergreen Terrace\n"Springfield" C:\\x';
const PLACE = PSEUDONYMS.of('ADDRESS', HOME);
/** Finds `QQ…ZZ`, whatever is between. */
const RULE: TextRule = {
  action: 'tokenise',
  mode: 'enforce',
  control: 'ingress',
  code: 'content_refused',
  detector: createPatternDetector('pii', [{ id: 'pii.email', source: 'QQ[^Z]{0,200}ZZ', score: 1 }]),
};

/** Not the links: a value such as `]:\\\\x` behind the bracket of a list is the definition of one. */
const RULES = replyRules(ACTION).filter(({ code }) => code !== 'exfiltration_link');

function budget(): Budget {
  return new Budget(60_000, () => performance.now());
}

function tokenised(text: string): string {
  const judging = { tally: new Tally(POLICY.mode), budget: budget(), pseudonyms: PSEUDONYMS };
  return replaceSpans(text, scanText(text, '', [RULE], judging));
}

function whole(text: string): string {
  return replaceSpans(text, scanText(text, '', RULES, { tally: new Tally(POLICY.mode), budget: budget() }));
}

function streamed(pieces: readonly string[]): string {
  const running = new RunningText('', RULES, new Tally(POLICY.mode));
  for (const piece of pieces) running.push(piece, budget());
  running.end(budget());
  return replaceSpans(pieces.join(''), running.spansIn(0, Infinity));
}

function nested(value: unknown, depth: number): string {
  const text = JSON.stringify(value);
  return depth === 1 ? text : nested({ of: [text] }, depth - 1);
}

it.each([
  ['prose', `Write to ${PLACE}.`, `Write to ${HOME}.`],
  ['a member', `{"a":"${PLACE}"}`, JSON.stringify({ a: HOME })],
  ['a name', `{"${PLACE}":1}`, JSON.stringify({ [HOME]: 1 })],
  ['an element', `["x", "So ${PLACE}"]`, `["x", ${JSON.stringify(`So ${HOME}`)}]`],
  [
    'a fence',
    `So:\n\`\`\`json\n{"a":"${PLACE}"}\n\`\`\`\n${PLACE}`,
    `So:\n\`\`\`json\n${JSON.stringify({ a: HOME })}\n\`\`\`\n${HOME}`,
  ],
  ['JSON with escaped brackets', `{"a":"\\u003c${PLACE.slice(1, -1)}\\u003e"}`, JSON.stringify({ a: HOME })],
  ['a string of a program', `x = "\\u003c${PLACE.slice(1, -1)}\\u003e"`, `x = ${JSON.stringify(HOME)}`],
  ['JSON in JSON', nested({ a: PLACE }, 2), nested({ a: HOME }, 2)],
  ['JSON in JSON in JSON', nested({ a: PLACE, b: [PLACE] }, 3), nested({ a: HOME, b: [HOME] }, 3)],
  ['behind JSON', `{"a":"b"} ${PLACE}`, `{"a":"b"} ${HOME}`],
])('comes back in %s as it wants to be written', (_name, text, expected) => {
  expect(whole(text)).toBe(expected);
  expect(streamed(Array.from(text))).toBe(expected);
  expect(streamed([text])).toBe(expected);
});

it('comes back in a text that goes on as another', () => {
  const running = new RunningText('a', RULES, new Tally(POLICY.mode));
  running.push('{"a":"', budget());
  const other = running.fork('b');
  other.push(`${PLACE}"}`, budget());
  other.end(budget());
  expect(other.spansIn(0, Infinity)).toMatchObject([{ replacement: JSON.stringify(HOME).slice(1, -1) }]);
});

it('comes back in arguments, also in JSON that one of them holds', () => {
  const given = restoredArguments(
    JSON.stringify({ a: PLACE, b: nested({ c: PLACE }, 2) }),
    '',
    RULES,
    budget(),
  );
  expect(JSON.parse(given)).toEqual({ a: HOME, b: nested({ c: HOME }, 2) });
});

it('gives back the values that went, wherever the stream is cut', () => {
  // No opening brackets: behind a line end, a value with one would itself be JSON in the string that holds it.
  const inside = fc
    .array(fc.constantFrom('"', '\\', '\n', 'n', 'b', ' ', 'é', '}', ']', '\t', "'", ':', ','), {
      maxLength: 12,
    })
    .map((signs) => `QQ${signs.join('')}ZZ`);
  const depth = fc.integer({ min: 1, max: 3 });
  fc.assert(
    fc.property(
      fc.array(inside, { minLength: 1, maxLength: 4 }),
      depth,
      fc.integer({ min: 1, max: 9 }),
      (values, level, size) => {
        const text = nested({ values, again: { [values.join('')]: values[0] } }, level);
        const seen = tokenised(text);
        expect(seen).not.toMatch(/QQ|ZZ/);
        const [alone] = JSON.parse(tokenised(JSON.stringify([values[0]]))) as readonly string[];
        expect(whole(seen)).toBe(text);
        const letters = Array.from(seen);
        const pieces = letters.flatMap((_, at) =>
          at % size === 0 ? [letters.slice(at, at + size).join('')] : [],
        );
        expect(streamed(pieces)).toBe(text);
        const args = restoredArguments(JSON.stringify({ seen, value: alone }), '', RULES, budget());
        expect(JSON.parse(args)).toEqual({ seen: text, value: values[0] });
      },
    ),
    { numRuns: runs(80) },
  );
});
