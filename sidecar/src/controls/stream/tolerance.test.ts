import { replyRules, type ActionContext } from '../index.ts';
import { createFramer } from '../../dialects/index.ts';
import type { JsonObject } from '../../dialects/json/index.ts';
import { openaiChat } from '../../dialects/openai-chat/index.ts';
import { compile, DEFAULT_POLICY } from '../../policy/index.ts';
import { StreamGuard } from './guard.ts';
import { ACTION as REPLY_ACTION, MATCH } from './testing/replies.ts';

const PROMPT = openaiChat.prompt({ messages: [] }, MATCH);
const POLICY = compile(
  {
    ...DEFAULT_POLICY,
    limits: { ...DEFAULT_POLICY.limits, detectorMs: 60_000 },
    action: {
      ...DEFAULT_POLICY.action,
      tools: [
        {
          default: 'deny',
          tools: [
            { name: 'free', mode: 'enforce' },
            { name: 'get_*', mode: 'enforce' },
            { name: 'bound', arguments: "args.to == 'bob'", mode: 'enforce' },
          ],
        },
      ],
    },
  },
  { name: 'test', generation: 1, loadedAtMs: 0, fingerprints: new Map() },
);
const ACTION: ActionContext = {
  ...REPLY_ACTION,
  exchange: { ...REPLY_ACTION.exchange, prompt: PROMPT },
  policy: POLICY,
};
const MAIL = 'anna@example.com';

function chunk(delta: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  };
}
function called(name: string | null, text: string, more: JsonObject = {}): JsonObject {
  return chunk({ tool_calls: [{ index: 0, ...more, function: { name, arguments: text } }] });
}
const END = chunk({}, { finish_reason: 'length' });

/** What a client gets of a reply, frame by frame; or why it gets none of what is left. */
function guarded(frames: readonly JsonObject[]): string {
  const guard = new StreamGuard({
    reader: openaiChat.stream(PROMPT, MATCH),
    rules: replyRules(ACTION),
    action: ACTION,
    now: () => 0,
  });
  let out = '';
  const follow = (): void => {
    for (let step = guard.next(); step.kind !== 'wait'; step = guard.next()) {
      if (step.kind === 'record') guard.recorded();
      else if (step.kind === 'release') out += Buffer.from(step.wire).toString();
      else if (step.kind === 'withheld') {
        out += `withheld: ${step.verdict.code}`;
        return;
      }
    }
  };
  const framer = createFramer('sse');
  for (const frame of frames) {
    guard.push(framer.push(Buffer.from(`data: ${JSON.stringify(frame)}\n\n`)));
    follow();
  }
  if (guard.end()) follow();
  return out;
}

describe('a guarded stream withholds', () => {
  it.each<[string, readonly JsonObject[]]>([
    ['arguments cut short, under a condition', [called('bound', '{"to":"bob'), END]],
    [
      'arguments that another client would put together otherwise, under a condition',
      [called('bound', '', { id: 'a' }), called('free', '{"to":"eve"}', { id: 'b' }), END],
    ],
    [
      'a name of which one reading is not allowed',
      [called('get_', ''), called('delete_all', ''), called(null, '{}'), END],
    ],
    ['a second call at the index of the first', [called('free', '{}'), called('delete_all', '{}'), END]],
    ['a name that comes late', [called('', '{}', { id: 'a' }), called('delete_all', ''), END]],
    [
      'two names in one piece',
      [
        chunk({
          tool_calls: [
            {
              index: 0,
              function: { name: 'delete_all', arguments: '{}' },
              custom: { name: 'free', input: '' },
            },
          ],
        }),
        END,
      ],
    ],
    ['a call behind the finish reason', [END, called('delete_all', '{}')]],
  ])('%s', (_name, frames) => {
    const got = guarded(frames);
    expect(got).toMatch(/withheld: tool_not_allowed$/);
    expect(got).not.toMatch(/delete_all|"bound"/);
  });
});

describe('a guarded stream refuses', () => {
  it.each<[string, readonly JsonObject[], string]>([
    ['a call without a name', [called(null, '{}'), END], 'a call without a name'],
    ['arguments with a key twice', [called('free', '{"a":1,"a":2}'), END], 'a key occurs twice'],
    [
      'more than may be held',
      [called('free', `{"a":"${'x'.repeat(2 ** 20)}`), END],
      'more than 1048576 characters of text and arguments of tool calls would have to be held back (limits.holdChars)',
    ],
  ])('%s', (_name, frames, message) => {
    expect(() => guarded(frames)).toThrow(message);
  });
});

describe('a guarded stream passes', () => {
  it.each<[string, readonly JsonObject[], RegExp]>([
    ['arguments cut short', [called('free', '{"a":"b'), END], /"arguments":"\{\\"a\\":\\"b"[^]*"length"/],
    [
      'a name of which each reading is allowed',
      [called('get_', ''), called('get_x', ''), called(null, '{}')],
      /get_x/,
    ],
    [
      'arguments longer than text may be',
      [called('free', `{"a":"${'word '.repeat(20_000)}"}`), END],
      /word \\"\}/,
    ],
    [
      'a character in two pieces',
      [chunk({ content: 'a\ud83d' }), chunk({ content: '\ude00b' })],
      /a\\ud83d[^]*\\ude00b/,
    ],
    ['nothing that is called', [chunk({ tool_calls: [{ index: 0, function: null }] }), END], /"length"/],
  ])('%s', (_name, frames, expected) => {
    const got = guarded(frames);
    expect(got).toMatch(expected);
    expect(got).not.toContain('withheld');
  });
});

describe('a guarded stream redacts', () => {
  it.each<[string, readonly JsonObject[]]>([
    ['arguments cut short', [called('free', `{"to":"${MAIL}, and`), END]],
    ['arguments cut short, with escapes', [called('free', '{"to":"\\u0061nna\\u0040example.com, and'), END]],
    [
      'arguments in an object',
      [chunk({ tool_calls: [{ index: 0, function: { name: 'free', arguments: { to: MAIL } } }] })],
    ],
    [
      'parts of a delta',
      [chunk({ content: [{ type: 'text', text: 'to anna@exam' }] }), chunk({ content: 'ple.com now' })],
    ],
    ['unknown members, each by itself', [chunk({ note: 'x' }), chunk({ note: MAIL })]],
    ['unknown members, in pieces', [chunk({ note: 'anna@exam' }), chunk({ note: 'ple.com' })]],
    ['choices that count on', [chunk({ content: 'anna@exam' }), chunk({ content: 'ple.com' }, { index: 1 })]],
    [
      'choices in turns',
      [
        chunk({ content: '4111 1111 ' }),
        chunk({ content: 'and then ' }, { index: 1 }),
        chunk({ content: '1111 1111' }),
      ],
    ],
    ['text behind the finish reason', [chunk({ content: 'anna@exam' }), END, chunk({ content: 'ple.com' })]],
    ['a message in place of a delta', [{ choices: [{ index: 0, message: { content: `to ${MAIL}` } }] }]],
    ['an error of the server', [{ error: { message: `no, ${MAIL}` } }]],
  ])('%s', (_name, frames) => {
    const got = guarded(frames);
    expect(got).not.toMatch(/anna@exam|u0061nna|example\.com|1111 1111/);
    expect(got).not.toContain('withheld');
  });
});
