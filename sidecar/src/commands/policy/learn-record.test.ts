import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createLedger } from '../../audit/log/ledger.ts';
import { canonicalize, type JsonObject } from '../../audit/record/canonical.ts';
import { identityFrom } from '../../audit/record/identity.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import type { ConnectionFacts, Decision, Hit, RefusalCode } from '../../exchange/index.ts';
import { runPolicyCommand } from './command.ts';

let root = '';
let record = '';
let files = 0;

function observed(rule: string, code: RefusalCode): Hit {
  return { control: 'action', rule, action: 'block', code, mode: 'observe', pointer: null };
}

/** As a line of a record has it. */
function hitOf(rule: string): JsonObject {
  return { control: 'action', rule, action: 'block', code: 'x', mode: 'observe', pointer: null };
}

/** A connection that is not inspected. */
function opaque(exchange: string, to: Pick<ConnectionFacts, 'protocol' | 'host' | 'port'>): Decision {
  return sampleDecision({
    ...{ exchange, direction: 'outbound', dialect: 'opaque', verdict: 'pass', path: '', model: null },
    connection: { ...to, address: null, bytesSent: null, bytesReceived: null },
  });
}

const decisions = [
  sampleDecision({
    ...{ exchange: 'one', model: 'qwen3-8b', tools: ['search_docs', 'send_email'] },
    ...{ origins: ['user', 'tool'], tainted: true },
    hits: [observed('tool.not-listed', 'tool_not_allowed')],
  }),
  sampleDecision({ exchange: 'one', kind: 'egress', status: 200, model: null, tools: ['search_docs'] }),
  sampleDecision({
    ...{ exchange: 'two', verdict: 'block', code: 'injection_detected', status: 400, model: 'evil-model' },
    ...{ tools: ['wipe_disk'], outcome: 'refused' },
    hits: [{ ...observed('injection.override', 'injection_detected'), control: 'ingress', mode: 'enforce' }],
  }),
  sampleDecision({
    ...{ exchange: 'three', direction: 'outbound', host: 'api.groq.com', path: '/v1/chat/completions' },
    ...{ model: 'llama-3.1-8b' },
  }),
  sampleDecision({
    ...{ exchange: 'four', direction: 'outbound', host: 'files.example.com', dialect: 'opaque' },
    ...{ method: 'PUT', path: '/upload', verdict: 'pass', model: null },
  }),
  sampleDecision({
    exchange: 'five',
    dialect: 'opaque',
    method: 'GET',
    path: '/custom',
    verdict: 'pass',
    model: null,
  }),
  sampleDecision({
    ...{ exchange: 'six', direction: 'outbound', host: 'mcp.tools.svc:8080', dialect: 'mcp', path: '/mcp' },
    ...{ model: null, tools: ['get_ticket'], kind: 'action' },
  }),
  sampleDecision({
    ...{ exchange: 'six', direction: 'outbound', host: 'mcp.tools.svc:8080', dialect: 'mcp', path: '/mcp' },
    ...{ model: null, tools: ['delete_everything'], kind: 'egress', status: 200 },
  }),
  opaque('seven', { protocol: 'tls', host: 'packages.example.com', port: 443 }),
  opaque('eight', { protocol: 'tcp', host: 'postgres.ml.svc', port: 5432 }),
];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'learn-record-'));
  record = join(root, 'record');
  const log = await createLedger({
    dir: record,
    identity: identityFrom(
      { LLM_BOUNDARY_POD_NAME: 'agent-0', LLM_BOUNDARY_POD_NAMESPACE: 'support' },
      'host',
    ),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    limits: { checkpointMs: 0, waitMs: 30_000 },
  });
  for (const decision of decisions) await log.record(null, decision, true);
  await log.close();
});
afterAll(() => rm(root, { recursive: true }));

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(...argv: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const status = await runPolicyCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: {},
  });
  return { status, out, err };
}

async function file(text: string, name = 'policy.yaml'): Promise<string> {
  files += 1;
  const path = join(root, `${files}-${name}`);
  await writeFile(path, text);
  return path;
}

/** A record of this one decision as often as there are changes to it, no hash of which fits. */
async function forged(changes: readonly JsonObject[]): Promise<string> {
  const name = (await readdir(record)).find((entry) => entry.endsWith('.jsonl')) ?? '';
  const line =
    (await readFile(join(record, name), 'utf8')).split('\n').find((each) => each.includes('"one"')) ?? '';
  const base = JSON.parse(line) as JsonObject;
  return file(
    changes.map((change, seq) => `${canonicalize({ ...base, seq, ...change })}\n`).join(''),
    'forged.jsonl',
  );
}

const AUTHORS = `# Owner: the support team.
version: 1
models: { allow: ["llama-3.1-*"] } # whatever the platform team serves

egress:
  pii: { action: redact }
action:
  # Ask before you add one.
  tools:
    - name: search_docs # reads only
    - name: zoom
      when: "!exchange.tainted"
  mcp:
    - server: mcp.tools.svc:8080 # tickets
      tools: [list_tickets]
  hosts: [docs.example.com]
`;

const LEARNED = `# Owner: the support team.
version: 1
models: { allow: ["llama-3.1-*", qwen3-8b] } # whatever the platform team serves

egress:
  pii: { action: redact }
action:
  # Ask before you add one.
  tools:
    - name: search_docs # reads only
    - name: zoom
      when: "!exchange.tainted"
    - name: send_email
  mcp:
    - server: mcp.tools.svc:8080 # tickets
      tools: [list_tickets, get_ticket]
  hosts: [docs.example.com, packages.example.com, { host: api.groq.com, paths: [/openai/v1/chat/completions] }, { host: files.example.com, paths: [/upload] }]
endpoints:
  pass:
    - builtin
    - GET /custom
    - PUT /upload
`;

describe('policy learn --record', () => {
  it.each<[string, readonly string[], string]>([
    ['neither', [], 'expected either --traffic FILE.jsonl or --record PATH'],
    ['both', ['--traffic', 'x', '--record', 'y'], 'expected either --traffic FILE.jsonl or --record PATH'],
    ['a bad time', ['--record', '.', '--from', 'monday'], 'expected a time like'],
  ])('with %s exits 2 and says why', async (_name, argv, text) => {
    const { status, out, err } = await run('learn', ...argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(text);
  });

  it('makes no list of names that would open more than was seen, or are no names', async () => {
    const changes: JsonObject[] = [
      ...['*', 'llama*', 'a?b', 'm\n- other', 'm # x', '"', 'x y', ''].flatMap((name) => [
        { model: name },
        { tools: [name] },
      ]),
      ...['*', '*.example.com', 'a b', 'x\ny', 'HOST.example.com*'].map((host) => ({
        host,
        direction: 'outbound',
      })),
      ...['/*', '/a*', '/a b', '/a%2F', '/#', '*', ''].map((path) => ({ path, dialect: 'opaque' })),
      { hits: [hitOf('x\n- name: evil')] },
    ];
    const path = await forged(changes.map((change) => ({ model: null, tools: [], hits: [], ...change })));
    const { status, out } = await run('learn', '--record', path, '--output', 'policy');
    expect(status).toBe(0);
    expect(out).toContain('# The record needs no additions.');
    expect(out.split('\n').filter((line) => !line.startsWith('#'))).toEqual(['version: 1', '']);
  });

  it('counts refused requests, and proposes them on request only', async () => {
    const { out } = await run('learn', '--record', record);
    expect(out).toContain('#   refused of evil-model, wipe_disk (injection.override), not proposed: 1\n');
    expect(out).toContain('#   injection.override (injection_detected): 1\n');
    expect(out).not.toMatch(/^\+.*(evil-model|wipe_disk)/m);
    const asked = await run('learn', '--record', record, '--refused');
    expect(asked.out).toMatch(/^\+.*evil-model/m);
  });

  it('keeps the comments and the order of the author', async () => {
    const base = await file(AUTHORS);
    const { status, out, err } = await run('learn', '--record', record, '--base', base, '--output', 'policy');
    expect([status, err]).toEqual([0, '']);
    expect(out.replace(/^(#   .*|# (Added|Seen|Of|Not).*)\n/gm, '')).toBe(LEARNED);
    const learned = await file(LEARNED);
    const again = await run('learn', '--record', record, '--base', learned);
    expect(again.out).toContain('# The record needs no additions.');
    expect(again.out).not.toContain('@@');
    expect((await run('check', learned)).status).toBe(0);
  });

  it('prints a diff with the effect of each addition, and the limits of records', async () => {
    const { out } = await run('learn', '--record', record, '--base', await file(AUTHORS));
    for (const line of [
      '#   models.allow: qwen3-8b',
      '#   action.tools: send_email',
      '#   action.mcp: mcp.tools.svc:8080 tool get_ticket',
      '#   action.hosts: packages.example.com',
      '#   action.hosts: files.example.com /upload',
      '#   endpoints.pass: GET /custom',
      '#   connections that speak no HTTP to postgres.ml.svc:5432: action.tcp can list it: 1',
      '#   decisions read: 10; text of: tool, user; tainted requests: 1',
      '+    - name: send_email',
    ])
      expect(out.split('\n')).toContain(line);
    expect(out).toMatch(/^#[^]*\n--- a\/\d+-policy\.yaml\n\+\+\+ b\//);
    expect(out).not.toContain('delete_everything');
  });

  it('writes into the manifest of a ConfigMap, around the document', async () => {
    const indented = AUTHORS.replace(/^(?=.)/gm, '    ');
    const manifest = `# Kept in git.\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: support-bot # one a team\ndata:\n  policy.yaml: |\n${indented}`;
    const base = await file(manifest, 'manifest.yaml');
    const { status, out } = await run('learn', '--record', record, '--base', base, '--output', 'policy');
    expect(status).toBe(0);
    const text = out.slice(out.indexOf('# Kept in git.'));
    expect(text).toBe(`${manifest.slice(0, -indented.length)}${LEARNED.replace(/^(?=.)/gm, '    ')}`);
  });

  it('warns that a new list of models excludes all others', async () => {
    const { out } = await run('learn', '--record', record);
    expect(out).toContain('#   models.allow: a new list, which closes it to all other models\n');
  });

  it('does not write into a list that stands for two', async () => {
    const base = await file(
      'version: 1\nmodels: { allow: &names [qwen3-8b, llama-3.1-8b] }\naction: { mcp: [{ server: mcp.tools.svc:8080, tools: *names }] }\n',
    );
    const before = await file(
      'version: 1\naction: { mcp: [{ server: mcp.tools.svc:8080, tools: &t [a], prompts: *t }] }\n',
    );
    const named = await run('learn', '--record', record, '--base', base);
    expect(named).toMatchObject({ status: 2, out: '' });
    expect(named.err).toContain('action.mcp.0.tools: is an alias of another list');
    const { status, err } = await run('learn', '--record', record, '--base', before);
    expect(status).toBe(2);
    expect(err).toContain('merge them by hand');
  });

  it('says that a list would be too long, and what to do', async () => {
    const path = await forged(Array.from({ length: 5_000 }, (_, at) => ({ model: `m${at}` })));
    const { status, out, err } = await run('learn', '--record', path);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain('models.allow: expected at most 4096 entries; list patterns');
  });

  it('reads of one workload and one time alone', async () => {
    for (const more of [
      ['--workload', 'other'],
      ['--to', '2020-01-01'],
    ])
      expect((await run('learn', '--record', record, ...more)).out).toContain('#   decisions read: 0;');
    expect((await run('learn', '--record', record, '--workload', 'support/agent-*')).out).toContain(
      'read: 10;',
    );
  });
});
