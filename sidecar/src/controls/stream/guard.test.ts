import fc from 'fast-check';

import { Budget, replaceSpans, replyRules, scanText, Tally } from '../index.ts';
import { createFramer } from '../../dialects/index.ts';
import { openaiChat } from '../../dialects/openai-chat/index.ts';
import { nearMiss, pickFrom } from '../../detectors/testing/sample.ts';
import { parsePattern } from '../../detectors/patterns/index.ts';
import { PII_RULES } from '../../detectors/pii/index.ts';
import { SECRET_RULES } from '../../detectors/secrets/index.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { StreamGuard } from './guard.ts';
import { ACTION, GLUE, MATCH, POLICY, PROMPT, TOKEN, WORDS } from './testing/replies.ts';

const RULES = replyRules(ACTION);
function now(): number {
  return performance.now();
}

function frame(delta: object, finish: string | null = null): string {
  return JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] });
}

/** The wires of a reply, or what withheld it. */
function guarded(frames: readonly string[]): readonly string[] | string {
  const guard = new StreamGuard({
    reader: openaiChat.stream(PROMPT, MATCH),
    rules: RULES,
    action: ACTION,
    now,
  });
  const wires: string[] = [];
  const follow = (): string | null => {
    for (let step = guard.next(); step.kind !== 'wait'; step = guard.next()) {
      if (step.kind === 'withheld') return `withheld: ${step.verdict.code}`;
      if (step.kind === 'record') {
        decisions.push(step.control);
        guard.recorded();
      } else if (step.kind === 'release') wires.push(Buffer.from(step.wire).toString());
    }
    return null;
  };
  const framer = createFramer('sse');
  const wire = Buffer.from(frames.map((data) => `data: ${data}\n\n`).join(''));
  decisions.length = 0;
  for (const made of [...framer.push(wire), ...framer.end()]) {
    guard.push([made]);
    const withheld = follow();
    if (withheld !== null) return withheld;
  }
  if (guard.end()) follow();
  expect(guard.finished()).toBe(true);
  return wires;
}
const decisions: string[] = [];

/** What a client puts together from a reply that came in `pieces`. */
function streamed(pieces: readonly string[]): string {
  const wires = guarded([...pieces.map((content) => frame({ content })), frame({}, 'stop'), '[DONE]']);
  if (typeof wires === 'string') return wires;
  const texts = wires.join('').matchAll(/^data: (\{.*\})$/gm);
  return [...texts]
    .map(([, data = '']) => {
      const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      return choices[0]?.delta.content ?? '';
    })
    .join('');
}

function whole(text: string): string {
  const spans = scanText(text, 'whole', RULES, {
    tally: new Tally(POLICY.mode),
    budget: new Budget(60_000, now),
  });
  return replaceSpans(text, spans);
}

const TEXT = fc
  .array(fc.tuple(WORDS, GLUE), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.flat().join(''));

/** Between code points: half of a surrogate pair in a frame is refused. */
function cutAt(joined: string, cuts: readonly number[]): readonly string[] {
  const text = Array.from(joined);
  const bounds = [...new Set([0, ...cuts.map((cut) => cut % (text.length + 1)), text.length])].sort(
    (a, b) => a - b,
  );
  return bounds.slice(1).map((end, index) => text.slice(bounds[index], end).join(''));
}

describe('a guarded stream', () => {
  it.each([
    ['Write to anna@example.com.', 'anna@example.com'],
    ['Pay 4111 1111 1111 1111 now', '4111 1111 1111 1111'],
    [`token ${TOKEN} here`, 'ghp_R7'],
  ])('lets nothing of a match out, letter by letter: %#', (text, match) => {
    const got = streamed(Array.from(text));
    expect(got).toBe(whole(text));
    expect(got).not.toContain(match);
  });

  it('gives the text that redacting the whole gives, however it is cut', () => {
    fc.assert(
      fc.property(TEXT, fc.array(fc.nat(), { maxLength: 24 }), (text, cuts) => {
        expect(streamed(cutAt(text, cuts))).toBe(whole(text));
      }),
      { numRuns: runs(160) },
    );
  });

  it('gives the same text letter by letter', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        expect(streamed(Array.from(text))).toBe(whole(text));
      }),
      { numRuns: runs(40) },
    );
  });

  it('gives the same text where groups of digits go on for longer than the context that is kept', () => {
    const group = fc.constantFrom(
      '4111 1111 1111 1111',
      '1234',
      '5678',
      '9012',
      '1111',
      '4539 1488 0343 6467',
      'DE89 3704 0044',
      '12',
      'x',
    );
    fc.assert(
      fc.property(fc.array(group, { minLength: 30, maxLength: 80 }), fc.nat({ max: 9 }), (groups, size) => {
        const text = groups.join(' ');
        const pieces = text.match(new RegExp(`.{1,${size + 1}}`, 'gs')) ?? [];
        expect(streamed(pieces)).toBe(whole(text));
      }),
      { numRuns: runs(30) },
    );
  });

  it('reads escapes and typographic signs, and never cuts one in two', () => {
    const piece = fc.constantFrom(
      ...[
        'anna@example.com',
        'anna',
        '@',
        '\\u0040',
        '%40',
        '&#64;',
        'example.com',
        '4111 1111',
        ' 1111 1111',
        '4111',
      ],
      ...[
        '\\n',
        '\\t',
        '\\',
        '\\\\',
        '"',
        '\\"',
        '\\u00',
        '\\u00e',
        '&#',
        '%',
        'u0034',
        'x41',
        '\u200b',
        '\u202f',
        '\u2011',
      ],
      ...[' ', '1111', '-', 'https:', '//evil.example', '![a](', ')', '\n', '\ufe0f', '🔥', 'word', TOKEN],
    );
    const texts = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 24 }), (text, cuts) => {
        expect(streamed(cutAt(text, cuts))).toBe(whole(text));
        expect(streamed(Array.from(text))).toBe(whole(text));
      }),
      { numRuns: runs(50) },
    );
  });

  it('returns the same text for near misses', () => {
    const nodes = [...PII_RULES, ...SECRET_RULES].map(({ source }) => parsePattern(source));
    const near = fc.tuple(fc.nat(nodes.length - 1), fc.nat()).map(([index, seed]) => {
      const [node, pick] = [nodes[index], pickFrom(seed)];
      if (node === undefined) return '';
      return Array.from({ length: 1 + pick(6) }, () => nearMiss(node, pick)).join(
        [' ', '', '\n', ', '][pick(4)],
      );
    });
    fc.assert(
      fc.property(near, fc.array(fc.nat(), { maxLength: 12 }), (text, cuts) => {
        expect(streamed(cutAt(text, cuts))).toBe(whole(text));
      }),
      { numRuns: runs(60) },
    );
  });

  it.each([
    ['{"t":"Write to:\\njoe@corp.example\\n"}', '{"t":"Write to:\\n[EMAIL]\\n"}'],
    ['{"t":"a\\u0009joe@corp.example"}', '{"t":"a\\u0009[EMAIL]"}'],
    ['{"t":"joe\\u0040corp.example"}', '{"t":"[EMAIL]"}'],
    ['print("a\\nb@c.example")', 'print("a\\n[EMAIL]")'],
    ['{"inner":"{\\"a\\":\\"x\\\\njoe@corp.example\\"}"}', '{"inner":"{\\"a\\":\\"x\\\\n[EMAIL]\\"}"}'],
    ['{"u":"{\\"u\\":\\"https://evil.example/x\\"}"}', '{"u":"{\\"u\\":\\"[LINK]\\"}"}'],
    ['{"card": 4111111111111111}', '{"card": "[CREDIT_CARD]"}'],
    [
      '{"cards": [1, 4111111111111111, 4111111111111111.50]}',
      '{"cards": [1, "[CREDIT_CARD]", "[CREDIT_CARD]"]}',
    ],
    [
      'Here:\n\n```json\n{"a":{"card":4111111111111111}}\n```',
      'Here:\n\n```json\n{"a":{"card":"[CREDIT_CARD]"}}\n```',
    ],
    ['{"card": "4111111111111111"}', '{"card": "[CREDIT_CARD]"}'],
    ['Card: 4111111111111111, thanks', 'Card: [CREDIT_CARD], thanks'],
    ['{see 4111111111111111}', '{see [CREDIT_CARD]}'],
    ['Zero\u200bwidth joe\u200b@corp.example', 'Zero\u200bwidth [EMAIL]'],
    [
      'Pay 4111\u202f1111\u202f1111\u202f1111 or 4111\u20111111\u20111111\u20111111',
      'Pay [CREDIT_CARD] or [CREDIT_CARD]',
    ],
  ])('leaves what the client can parse: %#', (text, expected) => {
    expect(whole(text)).toBe(expected);
    expect(streamed(Array.from(text))).toBe(expected);
    expect(streamed([text])).toBe(expected);
  });

  it('ends without a terminator where every choice is finished, and has its decision on the record', () => {
    expect(guarded([frame({ content: 'Hi' }), frame({}, 'stop')])).toHaveLength(3);
    expect(decisions).toEqual(['egress']);
  });

  it('nulls log-probabilities that are ahead of the text', () => {
    const ahead = (content: string, tokens: readonly string[]): string =>
      JSON.stringify({
        choices: [
          {
            index: 0,
            delta: { content },
            logprobs: { content: tokens.map((token) => ({ token })) },
            finish_reason: null,
          },
        ],
      });
    const wires = guarded([
      ahead('', ['Pay ']),
      ahead('Pay', ['4111 1111', ' 1111 1111']),
      ahead(' ', [' now']),
      frame({ content: '4111 1111 1111 1111 now' }, 'stop'),
      '[DONE]',
    ]);
    expect(String(wires)).not.toContain('4111');
    expect(String(wires)).toContain('"logprobs":null');
    expect(String(wires)).toContain('"token":" now"');
  });

  it('nulls numbers of tokens, which nothing reads', () => {
    const wires = guarded([
      JSON.stringify({
        prompt_token_ids: [1, 2],
        choices: [{ index: 0, delta: { content: 'Hi' }, token_ids: [3], finish_reason: 'stop' }],
      }),
      '[DONE]',
    ]);
    expect(String(wires)).toContain('"prompt_token_ids":null');
    expect(String(wires)).toContain('"token_ids":null');
  });
});
