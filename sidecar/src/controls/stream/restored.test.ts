import fc from 'fast-check';

import { Budget, replaceSpans, replyRules, scanText, Tally, type ActionContext } from '../index.ts';
import { createFramer } from '../../dialects/index.ts';
import { openaiChat } from '../../dialects/openai-chat/index.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { Pseudonyms } from '../pseudonyms.ts';
import { StreamGuard } from './guard.ts';
import { ACTION as WITHOUT, GLUE, MATCH, POLICY, PROMPT, WORDS } from './testing/replies.ts';

const PSEUDONYMS = new Pseudonyms(WITHOUT.exchange);
const MAIL = PSEUDONYMS.of('EMAIL', 'anna@example.com');
const CARD = PSEUDONYMS.of('CREDIT_CARD', '4111 1111 1111 1111');
const HOST = PSEUDONYMS.of('IP_ADDRESS', '8.8.8.8');
const ACTION: ActionContext = { ...WITHOUT, pseudonyms: PSEUDONYMS };

function now(): number {
  return performance.now();
}

function whole(text: string): string {
  const judging = { tally: new Tally(POLICY.mode), budget: new Budget(60_000, now) };
  return replaceSpans(text, scanText(text, 'whole', replyRules(ACTION), judging));
}

/** What a client puts together from a reply that came in `pieces`; null if it was withheld. */
function streamed(pieces: readonly string[]): string | null {
  const guard = new StreamGuard({
    reader: openaiChat.stream(PROMPT, MATCH),
    rules: replyRules(ACTION),
    action: ACTION,
    now,
  });
  const frame = (delta: object, finish: string | null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const framer = createFramer('sse');
  const frames = pieces.map((content) => frame({ content }, null));
  let said = '';
  for (const made of framer.push(Buffer.from([...frames, frame({}, 'stop'), 'data: [DONE]\n\n'].join('')))) {
    guard.push([made]);
    for (let step = guard.next(); step.kind !== 'wait'; step = guard.next()) {
      if (step.kind === 'withheld') return null;
      if (step.kind === 'record') guard.recorded();
      else if (step.kind === 'release') said += Buffer.from(step.wire).toString();
    }
  }
  expect(guard.finished()).toBe(true);
  return [...said.matchAll(/^data: (\{.*\})$/gm)]
    .map(([, data = '']) => {
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      return choices[0]?.delta.content ?? '';
    })
    .join('');
}

it.each([
  [`Write to ${MAIL}.`, 'Write to anna@example.com.'],
  [`${MAIL}${MAIL}`, 'anna@example.comanna@example.com'],
  [`Pay ${CARD}!`, 'Pay 4111 1111 1111 1111!'],
  [`${MAIL} or bob@example.org`, 'anna@example.com or [EMAIL]'],
  [`<EMAIL_1> <EMAIL_999999> ${MAIL.slice(0, -1)}`, `<EMAIL_1> <EMAIL_999999> ${MAIL.slice(0, -1)}`],
  [`[a](https://${HOST}/x)`, '[a]([LINK])'],
  [`see https://evil.example/${MAIL}`, 'see [LINK]'],
  [`{"to": "${MAIL}", "n": 1}`, '{"to": "anna@example.com", "n": 1}'],
  [`{"to": "\\u003c${MAIL.slice(1)}"}`, '{"to": "anna@example.com"}'],
  [`q=%3C${MAIL.slice(1, -1)}%3E`, 'q=anna%40example.com'],
  [
    Buffer.from(`Write to ${MAIL} now.`).toString('base64'),
    Buffer.from(`Write to ${MAIL} now.`).toString('base64'),
  ],
])('restores, whole and letter by letter: %#', (text, expected) => {
  expect(whole(text)).toBe(expected);
  expect(streamed(Array.from(text))).toBe(expected);
});

it('restores the same, however the stream is cut', () => {
  const piece = fc.oneof(
    WORDS,
    fc.constantFrom(
      MAIL,
      CARD,
      HOST,
      MAIL,
      '<EMAIL_',
      MAIL.slice(1),
      '<',
      '>',
      '1111',
      '\\u003c',
      '%3C',
      '@x.example',
    ),
  );
  const text = fc
    .array(fc.tuple(piece, GLUE), { minLength: 1, maxLength: 10 })
    .map((parts) => parts.flat().join(''));
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 16 }), (said, cuts) => {
      const letters = Array.from(said);
      const bounds = [...new Set([0, ...cuts.map((cut) => cut % (letters.length + 1)), letters.length])].sort(
        (a, b) => a - b,
      );
      const pieces = bounds.slice(1).map((end, index) => letters.slice(bounds[index], end).join(''));
      expect(streamed(pieces)).toBe(whole(said));
    }),
    { numRuns: runs(120) },
  );
});
