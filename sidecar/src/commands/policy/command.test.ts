import { readFile } from 'node:fs/promises';

import { chat, lines, said } from './testing/chat-traffic.ts';
import { commandFolder } from './testing/command-folder.ts';

const { run, file } = commandFolder();

describe('policy', () => {
  it.each([
    [
      [],
      2,
      'policy: no command given; expected one of init, check, explain, test, diff, learn, fingerprint, pins, schema (--help explains)\n',
    ],
    [['chek'], 2, 'policy "chek": unknown command; did you mean check? expected one of'],
    [['check'], 2, 'FILE is missing; expected llm-boundary-sidecar policy check FILE [FLAGS]\n'],
    [
      ['check', 'a', '--flor', 'b'],
      2,
      '--flor: unknown flag of llm-boundary-sidecar policy check; did you mean --floor? expected one of --shadow, --floor, --namespace-policy',
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

describe('policy explain', () => {
  it.each<[policy: string, observed: readonly string[], enforced: readonly string[]]>([
    ['mode: observe', ['egress.pii.mode', 'models.mode', 'action.mode'], []],
    ['egress: { mode: observe }', ['egress.pii.mode', 'egress.mode'], ['ingress.mode', 'action.mode']],
    ['egress: { pii: { mode: observe } }', ['egress.pii.mode'], ['egress.mode', 'egress.secrets.mode']],
  ])('says of %j which settings it makes observe', async (policy, observed, enforced) => {
    const path = await file('p.yaml', `version: 1\n${policy}\n`);
    const { out } = await run(['explain', path]);
    const modes = new Map(
      [...out.matchAll(/^(\S*mode) +(\S+)/gm)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(observed.map((name) => modes.get(name))).toEqual(observed.map(() => 'observe'));
    expect(enforced.map((name) => modes.get(name))).toEqual(enforced.map(() => 'enforce'));
  });

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
