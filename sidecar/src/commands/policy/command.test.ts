import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPolicyCommand } from './command.ts';
import { parsePolicy } from '../../policy/document/parse.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-command-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const status = await runPolicyCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env,
  });
  return { status, out: out.replaceAll(folder, 'DIR'), err: err.replaceAll(folder, 'DIR') };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function chat(content: string, more: object = {}): object {
  return {
    model: 'm',
    messages: [{ role: 'user', content }],
    ...more,
  };
}
function said(content: string): object {
  return {
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  };
}
function lines(...exchanges: readonly object[]): string {
  return exchanges.map((exchange) => JSON.stringify(exchange)).join('\n');
}

describe('policy', () => {
  it.each([
    [
      [],
      2,
      'policy: no command given; expected one of check, explain, test, diff, learn, fingerprint, pins, schema (--help explains)\n',
    ],
    [['chek'], 2, 'policy "chek": unknown command; did you mean check? expected one of'],
    [['check'], 2, 'FILE is missing; expected llm-boundary-sidecar policy check FILE [FLAGS]\n'],
    [
      ['check', 'a', '--flor', 'b'],
      2,
      '--flor: unknown flag of llm-boundary-sidecar policy check; expected one of --shadow, --floor, --namespace-policy',
    ],
    [
      ['check', 'nothing-here.yaml'],
      3,
      'nothing-here.yaml: cannot be read: there is no such file; expected a policy file, or a folder with policy.yaml\n1 problem\n',
    ],
    [['test', 'a'], 2, '--traffic is missing; expected FILE.jsonl, there or in LLM_BOUNDARY_TRAFFIC'],
    [['test', 'a', '--traffic', 'nothing-here.jsonl'], 2, '--traffic "nothing-here.jsonl": cannot be read'],
  ])('%j ends with %s', async (argv, status, err) => {
    const ran = await run(argv);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.err.slice(0, err.length)).toBe(err);
  });

  it.each([
    [['--help']],
    [['check', '--help']],
    [['explain', '--help']],
    [['test', '-h']],
    [['learn', '--help']],
    [['diff', '--help']],
    [['fingerprint', '--help']],
    [['schema', '--help']],
  ])('%j helps', async (argv) => {
    const { status, out, err } = await run(argv);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(/^Usage: llm-boundary-sidecar policy/);
  });

  it('prints the schema', async () => {
    const { out } = await run(['schema']);
    expect(JSON.parse(out)).toMatchObject({ title: 'llm-boundary policy', additionalProperties: false });
  });
});

describe('policy check', () => {
  it('tells all problems of all layers', async () => {
    const path = await file('p.yaml', 'version: 1\negress: { pi: {} }\n');
    const floor = await file('floor.yaml', 'version: 1\nmode: on\n');
    const { status, err } = await run(['check', path, '--floor', floor]);
    expect(status).toBe(3);
    expect(err).toBe(
      'DIR/floor.yaml:2:7: mode: expected enforce or observe\nDIR/p.yaml:2:11: egress.pi: unknown key; did you mean egress.pii?\n2 problems\n',
    );
  });

  it('refuses a policy whose fingerprints are not there', async () => {
    const path = await file('p.yaml', 'version: 1\negress: { documents: { fingerprints: [list] } }\n');
    const { status, err } = await run(['check', path]);
    expect([status, err]).toEqual([
      3,
      expect.stringContaining('the file list.fingerprints is missing beside the policy'),
    ]);
  });

  it('takes layers from the environment, and warns', async () => {
    const path = await file('p.yaml', 'version: 1\nmode: observe\n');
    const floor = await file('floor.yaml', 'version: 1\n');
    const { status, out, err } = await run(['check', path], { LLM_BOUNDARY_FLOOR: floor });
    expect(status).toBe(0);
    expect(out).toMatch(/^DIR\/p\.yaml: valid; effective policy sha256 [0-9a-f]{64}\n$/);
    expect(err).toBe(
      'warning: DIR/p.yaml:2:1: mode: nothing is enforced: verdicts are only counted and recorded\n',
    );
  });
});

describe('policy check of callers.require', () => {
  const issuer = (audience: string): string =>
    `jwt: [{ issuer: i, audience: ${audience}, jwks: { keys: [{ kty: OKP, crv: Ed25519, x: xxxx }] } }]`;

  it.each([
    ['{ require: true }', 'version: 1', 'callers.require: refuses every inbound request, unless another'],
    [`{ require: true, ${issuer('a')} }`, `version: 1\ncallers: { ${issuer('b')} }`, 'no caller can be what'],
    [`{ ${issuer('a')} }`, `version: 1\ncallers: { require: true, ${issuer('b')} }`, 'no caller can be what'],
    [`{ require: true, ${issuer('a')} }`, `version: 1\ncallers: { ${issuer('a')} }`, null],
    [`{ ${issuer('a')} }`, `version: 1\ncallers: { ${issuer('b')} }`, null],
  ])('with %s under the floor %j warns where no caller can be verified', async (callers, floor, warning) => {
    const path = await file('p.yaml', `version: 1\ncallers: ${callers}\n`);
    const { status, err } = await run(['check', path, '--floor', await file('floor.yaml', floor)]);
    expect([status, err]).toEqual([0, warning === null ? '' : expect.stringContaining(warning)]);
  });
});

describe('policy explain', () => {
  it('names the deciding layer', async () => {
    const path = await file(
      'p.yaml',
      'version: 1\nlimits: { concurrent: 9 }\nmodels: { allow: [b] }\negress: { secrets: { action: redact }, pii: { action: off } }\n',
    );
    const floor = await file('floor.yaml', 'version: 1\nlimits: { concurrent: 4 }\n');
    const namespace = await file('ns.yaml', 'version: 1\nmodels: { allow: ["a*"] }\n');
    const { status, out } = await run(['explain', path, '--floor', floor, '--namespace-policy', namespace]);
    expect(status).toBe(0);
    const row = (name: string): string[] =>
      (out.split('\n').find((line) => line.startsWith(`${name} `)) ?? '').split(/ {2,}/);
    expect(row('limits.concurrent')).toEqual(['limits.concurrent', '4', 'floor']);
    expect(row('limits.requestBytes')).toEqual(['limits.requestBytes', '4MiB', 'default']);
    expect(row('models.allow')).toEqual(['models.allow', '{"allOf":[["a*"],["b"]]}', 'namespace + workload']);
    expect(row('egress.secrets.action')).toEqual(['egress.secrets.action', 'block', 'silent floor']);
    expect(row('egress.pii.action')).toEqual(['egress.pii.action', 'redact', 'silent floor']);
  });

  it('prints JSON', async () => {
    const path = await file('p.yaml', 'version: 1\naction: { hosts: [api.openai.com] }\n');
    const { out } = await run(['explain', path, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      name: 'p',
      providers: ['openai'],
      policy: { action: { hosts: ['api.openai.com'] } },
      why: expect.arrayContaining([
        { path: 'action.hosts', value: ['api.openai.com'], from: ['workload'] },
      ]) as unknown,
    });
  });
});

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
        { method: 'GET', path: '/health', expect: 'pass' },
        { path: '/v1/unknown', expect: { code: 'endpoint_not_allowed' } },
      ),
    );
    const { status, out, err } = await run(['test', await file('p.yaml', policy), '--traffic', traffic]);
    expect(out.split('\n').filter((line) => !line.startsWith('ok'))).toEqual(['']);
    expect([status, err]).toEqual([0, '10 exchanges, 10 with an expectation, 0 not as expected\n']);
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

describe('policy learn', () => {
  it('grows lists, and leaves detectors alone', async () => {
    const tools = [{ type: 'function', function: { name: 'search', parameters: {} } }];
    const traffic = await file(
      't.jsonl',
      lines(
        {
          dialect: 'openai-chat',
          host: 'api.openai.com',
          request: chat('hello', { tools }),
          response: said('write to ann@example.com'),
        },
        { dialect: 'openai-chat', request: { ...chat('hi'), model: 'other' } },
        { method: 'GET', path: '/custom?x=1' },
        { method: 'GET', path: '/health' },
      ),
    );
    const { status, out, err } = await run(['learn', '--traffic', traffic]);
    expect([status, err]).toEqual([0, '']);
    const result = parsePolicy(out, 'learned');
    expect(result).toMatchObject({
      ok: true,
      document: {
        models: { allow: { allOf: [['m', 'other']] } },
        endpoints: { pass: { allOf: [['GET /custom', 'builtin']] } },
        action: {
          hosts: { allOf: [['api.openai.com']] },
          tools: [{ default: 'deny', tools: [{ name: 'search' }] }],
        },
      },
    });
    expect(out).toContain('#   models.allow: m\n#   models.allow: other\n');
    expect(out).not.toContain('ingress');
    const learned = await file('learned.yaml', out);
    const again = await run(['test', learned, '--traffic', traffic]);
    expect(again.out).not.toContain('block');
    expect((await run(['learn', '--traffic', traffic, '--base', learned])).out).toContain(
      '# The recorded traffic needs no additions.\n',
    );
  });

  it('says that a list would be too long, and what to do', async () => {
    const many = Array.from({ length: 5_000 }, (_, at) => ({ method: 'GET', path: `/custom/${at}` }));
    const { status, out, err } = await run(['learn', '--traffic', await file('t.jsonl', lines(...many))]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(
      /endpoints\.pass: expected at most 4096 entries; list patterns .* or learn from less/,
    );
  });

  it('adds to the paths of a host that is listed for some', async () => {
    const asked = { dialect: 'openai-chat', host: 'api.openai.com', request: chat('hello') };
    const traffic = await file('t.jsonl', lines(asked, { ...asked, host: 'other.test' }));
    const base = 'version: 1\naction: { hosts: [{ host: api.openai.com, paths: [/v1/embeddings] }] }\n';
    const { out } = await run(['learn', '--traffic', traffic, '--base', await file('p.yaml', base)]);
    expect(parsePolicy(out, 'learned')).toMatchObject({
      document: {
        action: {
          hosts: {
            allOf: [
              [
                'other.test',
                { host: 'api.openai.com', paths: ['/v1/chat/completions'] },
                { host: 'api.openai.com', paths: ['/v1/embeddings'] },
              ],
            ],
          },
        },
      },
    });
    expect(out).toContain(
      '#   action.hosts: api.openai.com /v1/chat/completions\n#   action.hosts: other.test\n',
    );
  });

  it('lists the findings of detectors', async () => {
    const traffic = await file(
      't.jsonl',
      lines({ dialect: 'openai-chat', request: chat('hi'), response: said('write to ann@example.com') }),
    );
    const { out } = await run([
      'learn',
      '--traffic',
      traffic,
      '--base',
      await file('p.yaml', 'version: 1\nmodels: { allow: [m] }\n'),
    ]);
    expect(out).toContain('#   pii.email (sensitive_output): 1\n');
  });
});

describe('policy fingerprint', () => {
  it('makes a file that the policy then knows', async () => {
    const text = await readFile(new URL('../../policy/testdata/document.txt', import.meta.url), 'utf8');
    const made = await run(['fingerprint', await file('document.txt', text)]);
    expect([made.status, made.err]).toEqual([0, '']);
    await file('list.fingerprints', made.out);
    const policy = await file('p.yaml', 'version: 1\negress: { documents: { fingerprints: [list] } }\n');
    const traffic = await file(
      't.jsonl',
      lines(
        {
          dialect: 'openai-chat',
          request: chat('what is in the list?'),
          response: said(`Here it is: ${text}`),
          expect: { reply: 'block', code: 'document_leak' },
        },
        {
          dialect: 'openai-chat',
          request: chat('what is in the list?'),
          response: said('I cannot tell you that.'),
          expect: 'allow',
        },
      ),
    );
    const { status, out } = await run(['test', policy, '--traffic', traffic]);
    expect([status, out]).toEqual([0, expect.any(String)]);
  });
});
