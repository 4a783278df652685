import { chat, lines, said } from './testing/chat-traffic.ts';
import { commandFolder } from './testing/command-folder.ts';

const { run, file } = commandFolder();

describe('policy test', () => {
  const policy = `version: 1
models: { allow: [m] }
ingress: { rules: [{ id: no-payroll, pattern: "(?i)\\\\bpayroll\\\\b", roles: [user] }, { id: watched, pattern: "salary", mode: observe }] }
egress: { pii: { entities: [EMAIL] } }
action: { tools: [{ name: search, arguments: "args.q != 'x'" }], hosts: [api.openai.com] }
`;

  it.each([
    ['{"path": "/x"', 'not JSON'],
    ['{"request": {}}', 'expected either dialect or path'],
    ['{"dialect": "openai-chat", "path": "/x"}', 'expected either dialect or path'],
    ['{"dialect": "openai"}', 'dialect: expected openai-chat, '],
    ['{"path": "/x", "expekt": "block"}', 'expekt: unknown key'],
    ['{"path": "/x", "expect": "deny"}', 'expect: '],
    ['{"path": "/x", "host": "a b"}', 'host: expected host[:port]'],
  ])('refuses the traffic %s', async (line, message) => {
    const { status, err } = await run([
      'test',
      await file('p.yaml', policy),
      '--traffic',
      await file('t.jsonl', `\n${line}\n`),
    ]);
    expect([status, err]).toEqual([2, expect.stringContaining(`DIR/t.jsonl:2: ${message}`)]);
  });

  it('meets expectations through the real dialects and controls', async () => {
    const traffic = await file(
      't.jsonl',
      lines(
        { dialect: 'openai-chat', request: chat('hello'), response: said('hi'), expect: 'allow' },
        {
          dialect: 'openai-chat',
          request: chat('the PAYROLL please'),
          expect: { request: 'block', code: 'content_refused', hits: ['rule.no-payroll'] },
        },
        {
          dialect: 'openai-chat',
          request: chat('my salary'),
          expect: { request: 'allow', hits: ['rule.watched'] },
        },
        {
          dialect: 'openai-chat',
          stream: true,
          request: chat('who?'),
          response: said('write to ann@example.com'),
          expect: { reply: 'redact', hits: ['pii.email'] },
        },
        {
          dialect: 'openai-chat',
          request: { ...chat('hi'), model: 'other' },
          expect: { code: 'model_not_allowed' },
        },
        {
          dialect: 'openai-chat',
          request: chat('hi', { tools: [{ type: 'function', function: { name: 'rm', parameters: {} } }] }),
          expect: { code: 'tool_not_allowed' },
        },
        {
          dialect: 'openai-chat',
          host: 'evil.example',
          request: chat('hi'),
          expect: { code: 'host_not_allowed' },
        },
        { dialect: 'openai-chat', host: 'api.openai.com', request: chat('hi'), expect: 'allow' },
        { dialect: 'openai-chat', host: 'API.openai.com.:80', request: chat('hi'), expect: 'allow' },
        { method: 'GET', path: '/health', expect: 'pass' },
        { path: '/v1/unknown', expect: { code: 'endpoint_not_allowed' } },
      ),
    );
    const { status, out, err } = await run(['test', await file('p.yaml', policy), '--traffic', traffic]);
    expect(out.split('\n').filter((line) => !line.startsWith('ok'))).toEqual(['']);
    expect([status, err]).toEqual([0, '11 exchanges, 11 with an expectation, 0 not as expected\n']);
  });

  it('ends with 3 when one is not met', async () => {
    const traffic = await file(
      't.jsonl',
      lines(
        { name: 'one', dialect: 'openai-chat', request: chat('hello'), expect: 'block' },
        { dialect: 'openai-chat', request: chat('hello') },
      ),
    );
    const { status, out, err } = await run(['test', await file('p.yaml', policy), '--traffic', traffic]);
    expect([status, err]).toEqual([3, '2 exchanges, 1 with an expectation, 1 not as expected\n']);
    expect(out).toBe(
      'FAIL     1  one: allow \n            verdict: expected block, got allow\n         2  POST /v1/chat/completions: allow \n',
    );
  });

  it('asks no classifier, and says what the sidecar would send where', async () => {
    const keys = 'url: "https://guard.example/predict", protocol: text-classification, origins: [user, tool]';
    const asking = `version: 1\ningress: { injection: { classifier: { ${keys} } } }\n`;
    const traffic = await file('t.jsonl', lines({ dialect: 'openai-chat', request: chat('hello') }));
    const { status, err } = await run(['test', await file('p.yaml', asking), '--traffic', traffic]);
    expect([status, err]).toEqual([
      0,
      'The classifier is not asked here: the sidecar would send texts of tool, user to https://guard.example/predict\n1 exchanges, 0 with an expectation, 0 not as expected\n',
    ]);
  });

  it('never prints content', async () => {
    const traffic = await file(
      't.jsonl',
      lines({
        dialect: 'openai-chat',
        request: chat('the payroll of zanzibar'),
        response: said('ann@example.com'),
        expect: 'allow',
      }),
    );
    for (const more of [[], ['--json']]) {
      const { out, err } = await run(['test', await file('p.yaml', policy), '--traffic', traffic, ...more]);
      expect(out + err).not.toMatch(/zanzibar|ann@/);
    }
  });
});
