import { describe, expect, it } from '@jest/globals';

import { PolicyInvalid } from '../../policy/kinds/problem.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Identity } from '../../exchange/index.ts';
import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

type Args = Readonly<Record<string, unknown>>;
type Made = readonly [tool: string, args: Args];

function policyWith(tools: string): CompiledPolicy {
  return policyOf(
    `ingress: { injection: { action: 'off' } }\naction: { tools: [${tools}, { name: other }] }`,
  );
}

function called([name, args]: Made, id: string): object {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

interface Told {
  readonly history?: readonly Made[];
  readonly identity?: Identity;
  readonly first?: string;
}

/** The verdict on a reply with these calls. */
function make(
  policy: CompiledPolicy,
  made: readonly Made[],
  { history = [], identity, first = 'Go on.' }: Told = {},
): unknown {
  const turns = history.flatMap((each, at) => [
    { role: 'assistant', content: null, tool_calls: [called(each, `c${at}`)] },
    { role: 'tool', tool_call_id: `c${at}`, content: 'done' },
  ]);
  const message = {
    role: 'assistant',
    content: null,
    tool_calls: made.map((each, at) => called(each, `now${at}`)),
  };
  return replayExchange(
    {
      method: 'POST',
      path: '/v1/chat/completions',
      identity: identity ?? null,
      request: { model: 'm', messages: [{ role: 'user', content: first }, ...turns] },
      response: { choices: [{ index: 0, message, finish_reason: 'tool_calls' }] },
    },
    policy,
  ).reply;
}

const PASSES = { kind: 'allow' };
const MAIL: Made = ['send_email', { to: 'a' }];
function refused(rule: string): object {
  return { kind: 'block', code: 'tool_not_allowed', hits: [{ rule }] };
}
function caller(subject: string): Identity {
  return { via: 'jwt', issuer: 'i', subject, groups: null, claims: {}, actor: null };
}

describe('calls.count', () => {
  const LIMITED = `{ name: send_email, when: "calls.count('send_email', '1h') < 2" }`;

  it('counts the calls that were allowed', () => {
    const policy = policyWith(LIMITED);
    const outcomes = [1, 2, 3].map(() => make(policy, [MAIL]));
    expect(outcomes).toMatchObject([PASSES, PASSES, refused('tool.when')]);
    expect(make(policy, [['other', {}]])).toMatchObject(PASSES);
  });

  it('counts the calls of one reply one after the other', () => {
    expect(make(policyWith(LIMITED), [MAIL, MAIL])).toMatchObject(PASSES);
    expect(make(policyWith(LIMITED), [MAIL, MAIL, MAIL])).toMatchObject(refused('tool.when'));
  });

  it('counts nothing of a reply that is withheld, whichever call it is for', () => {
    const policy = policyWith(`${LIMITED}, { name: never, when: 'false' }`);
    for (const turn of [
      [MAIL, ['never', {}]],
      [['never', {}], MAIL],
      [MAIL, MAIL, MAIL],
    ] as const)
      expect(make(policy, turn)).toMatchObject(refused('tool.when'));
    expect(make(policy, [MAIL, MAIL])).toMatchObject(PASSES);
  });

  it('counts callers apart, or all together', () => {
    const [own, all] = [policyWith(LIMITED), policyWith(LIMITED.replace("'1h'", "'1h', 'workload'"))];
    for (const policy of [own, all])
      for (const name of ['ann', 'ben']) make(policy, [MAIL], { identity: caller(name) });
    expect(make(own, [MAIL], { identity: caller('ann') })).toMatchObject(PASSES);
    expect(make(all, [MAIL], { identity: caller('ann') })).toMatchObject(refused('tool.when'));
  });

  it('counts conversations apart, and at an MCP server knows none', () => {
    const policy = policyWith(LIMITED.replace("'1h'", "'1h', 'conversation'"));
    const outcomes = [1, 2, 3].map(() => make(policy, [MAIL]));
    expect(outcomes).toMatchObject([PASSES, PASSES, refused('tool.when')]);
    expect(make(policy, [MAIL], { first: 'Another one.' })).toMatchObject(PASSES);
    const at = `action: { mcp: [{ server: a.svc, tools: [{ name: t, when: "calls.count('t', '1h', 'conversation') < 2" }] }] }`;
    expect(() => policyOf(at)).toThrow("'conversation' has no value");
  });

  it('counts at an MCP server what is called there', () => {
    const policy = policyOf(
      `action: { mcp: [{ server: mail.svc, tools: [{ name: send_email, when: "calls.count('send_email', '1h') < 2" }] }] }`,
    );
    const use = (): unknown =>
      replayExchange(
        {
          method: 'POST',
          path: '/mcp',
          host: 'mail.svc',
          request: {
            jsonrpc: '2.0',
            id: 1,
            method: 'tools/call',
            params: { name: 'send_email', arguments: {} },
          },
          response: null,
        },
        policy,
      ).request;
    expect([use(), use(), use()]).toMatchObject([PASSES, PASSES, refused('tool.when')]);
  });
});

describe('calls.sum', () => {
  it('adds the numbers of an argument to those of the call itself', () => {
    const policy = policyWith(
      `{ name: pay, arguments: "args.amount >= 0.0 && calls.sum('pay', 'amount', '24h') + args.amount <= 100.0" }`,
    );
    const pay = (amount: unknown): unknown => make(policy, [['pay', { amount }]]);
    expect([pay(60), pay(41), pay(40), pay(1)]).toMatchObject([
      PASSES,
      refused('tool.arguments'),
      PASSES,
      refused('tool.arguments'),
    ]);
    expect([pay('1'), pay(-50)]).toMatchObject([refused('tool.arguments'), refused('tool.arguments')]);
  });
});

describe('calls.after', () => {
  it('holds where the history has the call', () => {
    const policy = policyWith(`{ name: lookup }, { name: cancel, when: "calls.after('lookup')" }`);
    expect(make(policy, [['cancel', {}]])).toMatchObject(refused('tool.when'));
    expect(
      make(policy, [
        ['lookup', {}],
        ['cancel', {}],
      ]),
    ).toMatchObject(refused('tool.when'));
    expect(make(policy, [['cancel', {}]], { history: [['lookup', {}]] })).toMatchObject(PASSES);
  });
});

/** Names that an agent may take for `look_up`, and others. */
describe.each([
  ['look_up', true, true],
  ['lookUp', false, true],
  ['Look-Up', false, true],
  ['l\u043e\u043ek_up', false, true],
  ['look_up_all', false, false],
])('an earlier call of %s', (name, isTool, resembles) => {
  const [holds, fails] = [PASSES, refused('tool.when')];
  const both = (when: string): CompiledPolicy =>
    policyWith(`{ name: '*k*' }, { name: act, when: "${when}" }`);

  it.each<[string, boolean]>([
    ["calls.count('look_up', '1h') > 0", isTool],
    ["calls.count('look_up', '1h') < 1", !resembles],
    ["calls.count('look_up', '1h') == 1", isTool],
    ["!(calls.count('look_up', '1h') > 0)", !resembles],
    ["calls.sum('look_up', 'cost', '1h') >= 5.0", isTool],
    ["calls.sum('look_up', 'cost', '1h') < 5.0", !resembles],
    ["calls.count('look_up', '1h') > 0 && calls.count('look_up', '1h') < 2", isTool],
  ])('counts where that refuses, and as the tool itself alone where it allows: %s', (when, expected) => {
    const policy = both(when);
    expect(make(policy, [[name, { cost: 5 }]])).toMatchObject(PASSES);
    expect(make(policy, [['act', {}]])).toMatchObject(expected ? holds : fails);
  });

  it.each<[string, boolean]>([
    ["calls.after('look_up')", isTool],
    ["!calls.after('look_up')", !resembles],
  ])('is in the history of the conversation: %s', (when, expected) => {
    const got = make(both(when), [['act', {}]], { history: [[name, {}]] });
    expect(got).toMatchObject(expected ? holds : fails);
  });

  it('is a repetition', () => {
    const policy = policyWith("{ name: '*k*', repeats: 1 }");
    const got = make(policy, [['look_up', {}]], { history: [[name, {}]] });
    expect(got).toMatchObject(resembles ? refused('tool.repeats') : PASSES);
  });
});

describe('repeats', () => {
  const policy = policyWith('{ name: lookup, repeats: 2 }');
  const [one, two]: readonly Made[] = [
    ['lookup', { a: 1, b: 2 }],
    ['lookup', { a: 2 }],
  ];
  const same: Made = ['lookup', { b: 2, a: 1 }];
  it.each<[string, readonly (Made | undefined)[], object]>([
    ['two of the same before', [one, same], refused('tool.repeats')],
    ['other tools between them', [one, ['other', {}], one], refused('tool.repeats')],
    ['one before', [one], PASSES],
    ['another call between them', [one, two, one], PASSES],
    ['another call after them', [one, one, two], PASSES],
  ])('with %s', (_name, history, expected) => {
    expect(make(policy, [same], { history: history.filter((each) => each !== undefined) })).toMatchObject(
      expected,
    );
  });

  it('tells the agent what to do', () => {
    const reply = make(policy, [same], { history: [same, same] });
    expect(JSON.stringify(reply)).toContain('this call was made before, with the same arguments');
  });
});

describe('conditions on calls', () => {
  it.each([
    ["calls.count('a') < 1", "write calls.count('TOOL', '1h') with literal texts"],
    ["calls.count('a', '2d') < 1", 'a time from 1s to 24h'],
    ["calls.count('a', '25h') < 1", 'a time from 1s to 24h'],
    ["calls.count('a', '1h', 'all') < 1", "'workload' as the last one"],
    ["calls.count(tool.name, '1h') < 1", 'literal texts'],
    ["calls.sum('a', '1h') < 1.0", "write calls.sum('TOOL', 'ARGUMENT', '24h')"],
    ["calls.count('a', '1h')", 'a condition must be true or false; this is a int'],
    ["calls.before('a')", 'calls has no before; write calls.count'],
    ["'x' in calls", 'calls is a fixed set of fields'],
    ['has(calls.count)', 'calls has no field count'],
  ])('%s is refused: %s', (condition, message) => {
    let problems = '';
    try {
      policyWith(`{ name: a, when: ${JSON.stringify(condition)} }`);
    } catch (error) {
      problems = error instanceof PolicyInvalid ? String(error.problems[0]?.message) : String(error);
    }
    expect(problems).toContain(message);
  });

  it('have no history at an MCP server', () => {
    expect(() =>
      policyOf(`action: { mcp: [{ server: a.svc, tools: [{ name: a, when: "calls.after('b')" }] }] }`),
    ).toThrow(PolicyInvalid);
  });
});
