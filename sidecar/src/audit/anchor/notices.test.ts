import fc from 'fast-check';

import type { Decision, Hit } from '../../exchange/index.ts';
import { Notices, type Notice } from './notices.ts';

const HIT: Hit = {
  ...{ control: 'action', rule: 'tool.when', action: 'block', code: 'tool_not_allowed', mode: 'enforce' },
  pointer: '/messages/0',
};

function decision(more: Partial<Decision> = {}): Decision {
  return {
    ...{ kind: 'ingress', exchange: 'a', direction: 'inbound', dialect: 'openai-chat', method: 'POST' },
    ...{
      path: '/v1/chat/completions',
      verdict: 'block',
      code: 'tool_not_allowed',
      status: null,
      hits: [HIT],
    },
    ...{ model: 'm', tools: [], usage: null, policy: null, outcome: null, content: null },
    ...more,
  };
}

function named(notice: Notice): string {
  return 'rule' in notice ? `${notice.kind} ${notice.control} ${notice.rule}` : notice.kind;
}

let arrived = 0;
let nowMs = 0;
function notices(): Notices {
  [arrived, nowMs] = [0, 0];
  return new Notices(
    () => (nowMs += 1),
    () => (arrived += 1),
  );
}

it.each<[string, Partial<Decision>]>([
  ['what is allowed', { verdict: 'allow', code: null, hits: [] }],
  ['what is redacted', { verdict: 'redact', code: null, hits: [{ ...HIT, action: 'redact' }] }],
  ['the end of a refused exchange', { kind: 'close' }],
  ['a repetition', { kind: 'retry', verdict: 'allow', hits: [] }],
])('does not tell of %s', (_name, more) => {
  const told = notices();
  told.decided(decision(more));
  expect([told.take(), arrived]).toEqual([null, 0]);
});

it.each<[string, Partial<Decision>, readonly string[]]>([
  ['a rule, once for a decision', { hits: [HIT, HIT] }, ['refused action tool.when']],
  [
    'each rule, observed ones apart',
    { hits: [HIT, { ...HIT, rule: 'tool.sources', mode: 'observe' }] },
    ['refused action tool.when', 'observed action tool.sources'],
  ],
  [
    'observed ones alone',
    { verdict: 'allow', hits: [{ ...HIT, mode: 'observe' }] },
    ['observed action tool.when'],
  ],
  [
    'a code where no rule decided',
    { code: 'endpoint_not_allowed', hits: [] },
    ['refused ingress endpoint_not_allowed'],
  ],
  [
    'a rule with a long name, cut',
    { hits: [{ ...HIT, rule: 'x'.repeat(500) }] },
    [`refused action ${'x'.repeat(128)}`],
  ],
])('tells of %s', (_name, more, expected) => {
  const told = notices();
  told.decided(decision(more));
  expect(told.take()?.notices.map(named)).toEqual(expected);
});

it('counts until it is taken, and on where it is given back', () => {
  const told = notices();
  told.decided(decision({ exchange: 'a' }));
  told.decided(decision({ exchange: 'b' }));
  const batch = told.take();
  expect(batch).toMatchObject({ more: 0, notices: [{ count: 2, firstMs: 1, lastMs: 2, exchange: 'b' }] });
  expect(told.take()).toBeNull();
  told.decided(decision({ exchange: 'c' }));
  expect(arrived).toBe(2);
  if (batch !== null) told.giveBack(batch);
  expect(told.take()?.notices).toMatchObject([{ count: 3, firstMs: 1, lastMs: 3, exchange: 'c' }]);
});

it('tells of the sidecar as a whole, beside rules', () => {
  const told = notices();
  told.happened({ kind: 'policy_changed', policy: 'p', sha256: 'ab' });
  told.happened({ kind: 'policy_rejected', policy: 'p' });
  told.happened({ kind: 'policy_rejected', policy: 'p' });
  told.happened({ kind: 'conditions_ceased', condition: 'no_tools', reason: 'tool_offered' });
  told.decided(decision());
  expect(told.take()?.notices.map(({ kind, count }) => `${kind} ${count}`)).toEqual([
    'policy_changed 1',
    'policy_rejected 2',
    'conditions_ceased 1',
    'refused 1',
  ]);
});

it('keeps at most 64 kinds and loses no refusal, whatever is decided, taken and given back', () => {
  const step = fc.record({ rule: fc.integer({ min: 0, max: 200 }), gives: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const told = notices();
      for (const { rule, gives } of steps) {
        told.decided(decision({ hits: [{ ...HIT, rule: String(rule) }] }));
        const batch = gives ? told.take() : null;
        if (batch !== null) told.giveBack(batch);
      }
      const { notices: kept, more } = told.take() ?? { notices: [], more: 0 };
      expect(kept.length).toBeLessThanOrEqual(64);
      expect(kept.reduce((sum, { count }) => sum + count, more)).toBe(steps.length);
    }),
    { numRuns: 50 },
  );
});
