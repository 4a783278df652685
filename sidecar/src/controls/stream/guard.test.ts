import fc from 'fast-check';

import { Budget, replaceSpans, replyRules, scanText, Tally, type ActionContext } from '../index.ts';
import { createFramer, type WireFrame } from '../../dialects/index.ts';
import { openaiChat } from '../../dialects/openai-chat/index.ts';
import { nearMiss, pickFrom } from '../../detectors/testing/sample.ts';
import { parsePattern } from '../../detectors/patterns/index.ts';
import { PII_RULES } from '../../detectors/pii/index.ts';
import { SECRET_RULES } from '../../detectors/secrets/index.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { compile, DEFAULT_POLICY } from '../../policy/index.ts';
import { StreamGuard } from './guard.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const PROMPT = openaiChat.prompt({ messages: [{ role: 'user', content: 'Hi' }], stream: true }, MATCH);
// Everything redacts, so that a text can be followed to its end.
const POLICY = compile(
  {
    ...DEFAULT_POLICY,
    limits: { ...DEFAULT_POLICY.limits, detectorMs: 60_000 },
    egress: {
      ...DEFAULT_POLICY.egress,
      secrets: { ...DEFAULT_POLICY.egress.secrets, action: 'redact' },
      links: { ...DEFAULT_POLICY.egress.links, mode: 'enforce' },
    },
  },
  { name: 'test', generation: 1, loadedAtMs: 0, fingerprints: new Map() },
);
const ACTION: ActionContext = {
  exchange: {
    id: 'e1',
    direction: 'inbound',
    dialect: 'openai-chat',
    host: null,
    caller: { address: '', identity: null },
    prompt: PROMPT,
  },
  policy: POLICY,
  tainted: false,
  isPrivate: false,
};
const RULES = replyRules(ACTION);
/** Has the shape of a credential and is none. */
const TOKEN = ['ghp', 'R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0'].join('_');
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
      } else wires.push(Buffer.from(step.wire).toString());
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

/** What the detectors look for, and what only looks like it. */
const WORDS = fc.constantFrom(
  ...[
    'anna@example.com',
    'a.b+c@sub.example.co.uk',
    '4111 1111 1111 1111',
    '4111-1111-1111-1112',
    '192.168.7.12',
  ],
  ...[
    'DE89 3704 0044 0532 0130 00',
    'GB82WEST12345698765432',
    '+49 30 901820',
    '(212) 555-0187',
    '078-05-1120',
  ],
  ...[TOKEN, 'AKIAIOSFODNN7QRSTUVW', 'ghp_short', 'sk-no', '@', '.'],
  ...[
    'https://evil.example/x?q=abc',
    '![i](https://evil.example/p.png?d=1)',
    '[a](http://b.example)',
    'www.x',
  ],
  ...['hello', 'Größe', '日本', '🔥', '12', '2026-11-24', 'a', 'the quick brown fox', '-', ':', '://'],
);
const GLUE = fc.constantFrom(' ', ' ', ' ', '', '\n', ', ', '. ', '(', ')', '"');
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

describe('frames that come together', () => {
  const BLOCKING = compile(
    {
      ...DEFAULT_POLICY,
      limits: { ...DEFAULT_POLICY.limits, detectorMs: 60_000 },
      egress: { ...DEFAULT_POLICY.egress, secrets: { ...DEFAULT_POLICY.egress.secrets, action: 'block' } },
    },
    { name: 'blocking', generation: 1, loadedAtMs: 0, fingerprints: new Map() },
  );
  const REFUSAL = { code: 'secret_detected', decision: 'd', detail: null, retryAfterSeconds: null } as const;

  /** Everything that leaves, and how it ends, where `groups` of frames arrive together. */
  function outcome(action: ActionContext, groups: readonly (readonly WireFrame[])[]): readonly string[] {
    const guard = new StreamGuard({
      reader: openaiChat.stream(PROMPT, MATCH),
      rules: replyRules(action),
      action,
      now,
    });
    const said: string[] = [];
    try {
      for (const group of groups) {
        guard.push(group);
        for (let step = guard.next(); step.kind !== 'wait'; step = guard.next()) {
          if (step.kind === 'withheld')
            return [...said, `withheld: ${step.verdict.code}`, guard.finish(REFUSAL)];
          if (step.kind === 'record') {
            said.push(JSON.stringify(step.verdict));
            guard.recorded();
          } else said.push(Buffer.from(step.wire).toString());
        }
      }
    } catch (error) {
      return [...said, String(error)];
    }
    return [...said, `finished: ${guard.finished()}`];
  }

  function framesOf(events: readonly string[]): readonly WireFrame[] {
    const framer = createFramer('sse');
    return [...framer.push(Buffer.from(events.join(''))), ...framer.end()];
  }

  const event = (index: number, delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index, delta, finish_reason: finish }] })}\n\n`;
  const piece = fc.record({
    index: fc.constantFrom(0, 0, 0, 1),
    channel: fc.constantFrom('content', 'content', 'content', 'refusal'),
    words: fc.array(fc.tuple(WORDS, GLUE), { minLength: 1, maxLength: 2 }),
  });
  const other = fc.constantFrom(
    ': heartbeat\n\n',
    event(0, { role: 'assistant', content: '' }),
    event(0, {
      tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
    }),
    event(0, { tool_calls: [{ index: 0, function: { arguments: '{}' } }] }),
    event(1, {}, 'stop'),
    'data: {"choices":[{"index":0,"delta":{"content":7}}]}\n\n',
    'data: no json\n\n',
  );
  const events = fc
    .array(
      fc.oneof(
        {
          weight: 8,
          arbitrary: piece.map(({ index, channel, words }) =>
            event(index, { [channel]: words.flat().join('') }),
          ),
        },
        { weight: 1, arbitrary: other },
      ),
      { minLength: 2, maxLength: 24 },
    )
    .map((made) => [...made, event(0, {}, 'stop'), 'data: [DONE]\n\n']);

  it.each([
    ['redacts', POLICY],
    ['blocks', BLOCKING],
  ])('leave as if each had come alone, under a policy that %s', (_name, policy) => {
    const action = { ...ACTION, policy };
    fc.assert(
      fc.property(
        events,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 12 }),
        (made, sizes) => {
          const frames = framesOf(made);
          const alone = outcome(
            action,
            frames.map((frame) => [frame]),
          );
          expect(outcome(action, [frames])).toEqual(alone);
          const groups: WireFrame[][] = [];
          for (let at = 0, turn = 0; at < frames.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            groups.push(frames.slice(at, at + size));
            at += size;
          }
          expect(outcome(action, groups)).toEqual(alone);
        },
      ),
      { numRuns: runs(120) },
    );
  });
});
