import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Chain } from '../../../audit/record/chain.ts';
import { callFacts } from '../../../audit/record/digests.ts';
import { sampleDecision } from '../../../audit/record/sample.ts';
import { UNKNOWN_WORKLOAD, type CallFacts, type Decision } from '../../../exchange/index.ts';
import { compileCondition } from '../../../policy/compile/condition.ts';
import { runPolicyCommand } from '../command.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'learn-calls-'));
});
afterAll(() => rm(root, { recursive: true }));

async function run(...argv: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const status = await runPolicyCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: {},
  });
  return { status, out, err };
}

async function recordOf(decisions: readonly Partial<Decision>[]): Promise<string> {
  const chain = new Chain('prod/support/agent-0/chain/3f9a0c51d2e47b86', Date.now);
  const path = join(root, 'record.jsonl');
  await writeFile(path, decisions.map((each) => `${chain.decision(sampleDecision(each))}\n`).join(''));
  return path;
}

/** Tool rules and comments of what is learned over `base`. */
async function learned(
  decisions: readonly Partial<Decision>[],
  base = 'version: 1\n',
): Promise<{ readonly rules: string; readonly comments: readonly string[] }> {
  const policy = join(root, 'policy.yaml');
  await writeFile(policy, base);
  const record = await recordOf(decisions);
  const { status, out, err } = await run(
    ...['learn', '--record', record, '--base', policy, '--output', 'policy'],
  );
  expect([status, err]).toEqual([0, '']);
  const text = out.split('\n').filter((line) => !line.startsWith('#'));
  await writeFile(policy, text.join('\n'));
  expect((await run('check', policy)).status).toBe(0);
  const rules = text.slice(text.findIndex((line) => /^ *tools:/.test(line)) + 1);
  return {
    rules: rules.map((line) => line.trim()).join('\n'),
    comments: out.split('\n').flatMap((line) => /^#   (.*)$/.exec(line)?.[1] ?? []),
  };
}

function call(tool: string, value: unknown): CallFacts {
  return callFacts({ name: tool, arguments: JSON.stringify(value) }, null);
}

function replied(...calls: readonly CallFacts[]): Partial<Decision> {
  return { kind: 'egress', status: 200, model: null, tools: calls.map(({ tool }) => tool), calls };
}

function asked(tainted: boolean, ...tools: readonly string[]): Partial<Decision> {
  return { tools, tainted, origins: tainted ? ['user', 'tool'] : ['user'] };
}

const WIDE = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`a${index}`, index]));
const MANY = Array.from({ length: 60 }, (_, index) => replied(call('send', { [`a${index}`]: 1 })));

describe('policy learn --record, of calls', () => {
  it.each<[string, readonly Partial<Decision>[], string, string]>([
    ['are no JSON', [replied(call('send', 'x'))], '- name: send', 'calls 1; further'],
    [
      'have a name that is no plain one',
      [replied(call('send', { 'a b': 1, to: 2 }))],
      '- name: send',
      'to 1',
    ],
    ['have more arguments than a line', [replied(call('send', WIDE))], '- name: send', 'further arguments'],
    ['have more names than can be reviewed', MANY, '- name: send', 'further arguments are not named'],
    [
      'are more than a line has',
      [replied(...Array.from({ length: 9 }, () => call('send', { to: 1 })))],
      '- name: send',
      'calls 8; arguments to 8; further arguments are not named in the record',
    ],
    ['were not made', [asked(true, 'send')], '- name: send', 'calls 0; requests 1, with untrusted text 1'],
  ])('that %s lead to no condition, and say why', async (_name, decisions, expected, said) => {
    const { rules, comments } = await learned(decisions);
    expect(rules.trim()).toBe(expected);
    expect(comments).toContain('action.tools: send');
    expect(comments.find((line) => line.startsWith('send: '))).toContain(said);
  });

  it.each<[string, readonly Partial<Decision>[], readonly string[]]>([
    ['nothing', [replied(call('send', {}))], ['arguments: size(args) == 0']],
    [
      'the names of all calls, without those of values in them',
      [replied(call('send', { to: { name: 'x' }, cc: ['y'] }), call('send', { to: 'z', body: '' }))],
      ["arguments: args.all(name, name in ['body', 'cc', 'to'])"],
    ],
    [
      'all arguments, where only values in them were cut',
      [replied(call('send', { ids: Array<number>(40).fill(1) }))],
      ["arguments: args.all(name, name in ['ids'])"],
    ],
    [
      'and where no text was untrusted',
      [asked(false, 'send'), replied(call('send', { to: 1 }))],
      ['when: "!exchange.tainted"', "arguments: args.all(name, name in ['to'])"],
    ],
    [
      'and no `when` where some was',
      [asked(false, 'send'), asked(true, 'send'), replied(call('send', { to: 1 }))],
      ["arguments: args.all(name, name in ['to'])"],
    ],
    [
      'and no `when` where a request with untrusted text may have had the tool',
      [asked(false, 'send'), asked(true, ...Array<string>(33).fill('other')), replied(call('send', {}))],
      ['arguments: size(args) == 0'],
    ],
  ])('allows %s', async (_name, decisions, expected) => {
    const { rules, comments } = await learned(decisions);
    const entry = rules.split('- name: ').find((each) => each.startsWith('send'));
    const conditions = entry?.trim().split('\n').slice(1) ?? [];
    expect([...conditions].sort()).toEqual([...expected].sort());
    expect(comments.find((line) => line.startsWith('action.tools: send'))).toContain(
      expected.at(-1)?.replace('arguments: ', ''),
    );
  });

  it('keeps the conditions of an entry that is there, and shows what was called', async () => {
    const entries = '    - name: send\n    - name: find\n      arguments: size(args) == 1\n';
    const { rules, comments } = await learned(
      [replied(call('send', { to: 1 }), call('find', { a: 1, b: 2 }))],
      `version: 1\naction:\n  tools:\n${entries}`,
    );
    expect(rules.trim()).toBe('- name: send\n- name: find\narguments: size(args) == 1');
    expect(comments).toEqual(
      expect.arrayContaining(['send: calls 1; arguments to 1', 'find: calls 1; arguments a 1, b 1']),
    );
  });

  it('does the same for the tools of an MCP server', async () => {
    const mcp = { direction: 'outbound', host: 'mcp.tools.svc:8080', dialect: 'mcp', path: '/mcp' } as const;
    const { rules, comments } = await learned([
      { ...mcp, model: null, tools: ['get'], calls: [call('get', { id: 1 })], kind: 'action' },
      // What a reply lists was not called.
      { ...mcp, model: null, tools: ['get', 'drop'], calls: [call('drop', {})], kind: 'egress', status: 200 },
    ]);
    expect(rules).toContain("- name: get\narguments: args.all(name, name in ['id'])");
    expect(comments).toContain(
      "action.mcp: mcp.tools.svc:8080 tool get (arguments: args.all(name, name in ['id']))",
    );
    expect(comments).toContain('mcp.tools.svc:8080 get: calls 1; arguments id 1');
    expect(comments.join()).not.toContain('drop');
  });

  it.each<[readonly Partial<Decision>[], string]>([
    [[replied(call('send', {}))], 'decisions read: 1; text of: unknown; tainted requests: unknown'],
    [[asked(false, 'send')], 'decisions read: 1; text of: user; tainted requests: 0'],
    [[asked(false), asked(true)], 'decisions read: 2; text of: tool, user; tainted requests: 1'],
  ])('says what the record has of origins', async (decisions, said) => {
    expect((await learned(decisions)).comments).toContain(said);
  });

  it('has nothing of refused calls', async () => {
    const refused = {
      ...replied(call('send', { to: 1 })),
      verdict: 'block',
      code: 'tool_not_allowed',
    } as const;
    const { comments } = await learned([refused]);
    expect(comments.filter((line) => line.startsWith('send: '))).toEqual([]);
  });

  it.each<[object, boolean]>([
    [{ to: 1, body: 2 }, true],
    [{ to: 1 }, true],
    [{}, true],
    [{ to: 1, bcc: 2 }, false],
  ])('proposes a condition that answers of %j: %s', async (args, holds) => {
    const { rules } = await learned([replied(call('send', { to: 1, body: 2 }))]);
    const expression = /^arguments: (.*)$/m.exec(rules)?.[1] ?? '';
    const context = {
      tool: { name: 'send' },
      args: args as Readonly<Record<string, unknown>>,
      exchange: { tainted: false, private: false, direction: 'inbound', dialect: 'openai-chat', model: 'm' },
      caller: { address: '10.0.0.1', identity: null },
      workload: UNKNOWN_WORKLOAD,
    };
    expect(compileCondition(expression, 'arguments')(context)).toBe(holds);
  });
});
