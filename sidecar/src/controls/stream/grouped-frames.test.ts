import fc from 'fast-check';

import { replyRules, type ActionContext } from '../index.ts';
import { createFramer, type WireFrame } from '../../dialects/index.ts';
import { openaiChat } from '../../dialects/openai-chat/index.ts';
import { runs } from '../../detectors/testing/runs.ts';
import { compile, DEFAULT_POLICY } from '../../policy/index.ts';
import { StreamGuard } from './guard.ts';
import { ACTION, GLUE, MATCH, POLICY, PROMPT, WORDS } from './testing/replies.ts';

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
      now: () => performance.now(),
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
          } else if (step.kind === 'release') said.push(Buffer.from(step.wire).toString());
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
