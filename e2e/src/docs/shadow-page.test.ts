import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from '../process/until.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/guide/shadow.md'), 'utf8');

/** The fenced blocks of a language, in order. */
function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  );
}

/** A cluster of one pod: what is applied is published into the folder that its sidecar mounts, by the webhook's own code. */
const KUBECTL = `
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from '${ROOT}node_modules/yaml/dist/index.js';
import { PolicyCatalogue } from '${ROOT}webhook/dist/policies/index.js';

const [state, verb, ...argv] = process.argv.slice(2);
const maps = join(state, 'maps');
const read = (name) => parse(readFileSync(join(maps, name), 'utf8'));
if (verb === 'logs') process.stdout.write(readFileSync(join(state, 'sidecar.log')));
else if (verb === 'apply') {
  const map = parse(readFileSync(argv[1] === '-' ? 0 : argv[1], 'utf8'));
  let annotations = map.metadata.annotations;
  try { annotations = { ...read(map.metadata.name).metadata.annotations, ...annotations }; } catch {}
  writeFileSync(join(maps, map.metadata.name), stringify({ ...map, metadata: { ...map.metadata, annotations } }));
} else if (verb === 'annotate') {
  const [kind, name, pair] = argv;
  if (kind !== 'configmap') throw new Error(kind);
  const map = read(name);
  const [key, value] = pair.split('=');
  map.metadata.annotations = { ...map.metadata.annotations, [key.replace(/-$/, '')]: value };
  if (value === undefined) delete map.metadata.annotations[key.replace(/-$/, '')];
  writeFileSync(join(maps, name), stringify(map));
} else throw new Error(verb);
const catalogue = new PolicyCatalogue('llm-boundary');
// The floor lets workloads observe.
catalogue.set({ metadata: { name: 'floor', namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } }, data: { 'policy.yaml': 'version: 1\\nmode: observe\\n' } });
for (const name of readdirSync(maps)) {
  const set = catalogue.set(read(name));
  if (set?.ok !== true) throw new Error(JSON.stringify(set));
}
const found = catalogue.effective('support', 'support-bot', null);
if (found.kind !== 'found') throw new Error(JSON.stringify(found));
const mount = join(state, 'policy');
mkdirSync(mount, { recursive: true });
for (const name of readdirSync(mount)) if (!(name in found.policy.data)) rmSync(join(mount, name));
for (const [name, text] of Object.entries(found.policy.data)) writeFileSync(join(mount, name), text);
`;

let folder = '';
let server: Server;
let sidecar: ChildProcess | null = null;
let admin = '';
let inbound = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shadow-page-'));
  const bin = join(folder, 'bin');
  for (const name of ['bin', 'maps', 'work']) mkdirSync(join(folder, name));
  const commands = {
    kubectl: `${join(bin, 'kubectl.mjs')} ${folder}`,
    'llm-boundary-sidecar': join(ROOT, 'sidecar/dist/main.js'),
    'llm-boundary-audit': join(ROOT, 'sidecar/dist/commands/audit/main.js'),
  };
  writeFileSync(join(bin, 'kubectl.mjs'), KUBECTL);
  for (const [name, command] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${process.execPath} ${command} "$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const text of blocks('yaml'))
    writeFileSync(join(folder, 'work', /^# (\S+)/.exec(text)?.[1] ?? ''), text);
  server = createServer((request, response) => {
    request.resume();
    const call = { name: 'send_email', arguments: request.headers['x-arguments'] };
    const message =
      call.arguments === undefined
        ? { role: 'assistant', content: 'hi' }
        : { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: call }] };
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
        choices: [{ index: 0, message, finish_reason: 'stop' }],
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  if (sidecar !== null) {
    sidecar.kill('SIGTERM');
    await once(sidecar, 'exit');
  }
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: number;
  readonly text: string;
}

function run(block: string): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` };
    execFile('sh', ['-c', block], { cwd: join(folder, 'work'), env }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, text: `${stdout}${stderr}` });
    });
  });
}

/** Starts the sidecar of the pod. */
async function start(): Promise<void> {
  const argv = [
    ...['--inbound', `127.0.0.1:0=http://127.0.0.1:${(server.address() as AddressInfo).port}`],
    ...['--admin', '127.0.0.1:0', '--policy', join(folder, 'policy'), '--audit-stdout'],
    ...['--audit-dir', join(folder, 'record')],
  ];
  sidecar = spawn(process.execPath, [join(ROOT, 'sidecar/dist/main.js'), ...argv]);
  sidecar.stdout?.pipe(createWriteStream(join(folder, 'sidecar.log')));
  let said = '';
  sidecar.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const listening = (name: string): string =>
    new RegExp(`"listener":"${name}","address":"([^"]+)"`).exec(said)?.[1] ?? '';
  await until(
    'it listens',
    () => said,
    () => listening('admin') !== '',
  );
  admin = listening('admin');
  inbound = listening('inbound');
}

/** The metrics have this. */
async function shows(pattern: RegExp): Promise<void> {
  await until(
    String(pattern),
    async () => (await fetch(`http://${admin}/metrics`)).text(),
    (metrics) => pattern.test(metrics),
  );
}

const TOOLS = [{ type: 'function', function: { name: 'send_email', parameters: { type: 'object' } } }];

interface Answered {
  readonly status: number;
  readonly decision: string;
  readonly text: string;
}

/** With `args`, the reply is a call of a tool with them. */
async function ask(model: string, args: object | null = null): Promise<Answered> {
  const tools = args === null ? {} : { tools: TOOLS };
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], ...tools });
  const response = await fetch(`http://${inbound}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(args === null ? {} : { 'x-arguments': JSON.stringify(args) }),
    },
    body,
  });
  const { status, headers } = response;
  return { status, decision: headers.get('llm-boundary-decision') ?? '', text: await response.text() };
}

describe('docs/guide/shadow.md', () => {
  it('goes from observing to enforcing by its own commands', async () => {
    const [observe = '', learn = '', shadow = '', read = '', enforce = '', ...more] = blocks('sh');
    expect(more).toEqual([]);
    expect(await run(observe)).toEqual({ status: 0, text: '' });
    await start();
    await ask('small');
    await ask('small', { to: 'a', body: 'b' });

    const learned = await run(learn);
    expect(learned).toMatchObject({ status: 0, text: expect.stringContaining('valid;') as string });
    const next = readFileSync(join(folder, 'work/support-bot-next.yaml'), 'utf8');
    expect(next).toContain('small');
    expect(next).toMatch(
      /when: "!exchange.tainted"\n +arguments: args.all\(name, name in \['body', 'to'\]\)\n/,
    );

    expect(await run(shadow)).toEqual({ status: 0, text: '' });
    await shows(/llm_boundary_shadow_info\{sha256="[0-9a-f]{64}"\} 1/);
    expect((await ask('small')).status).toBe(200);
    expect((await ask('small', { to: 'a', bcc: 'c' })).status).toBe(200);
    await shows(/shadow_exchanges_total\{[^}]*result="would_refuse"[^}]*code="tool_not_allowed"\} 1/);
    const large = await ask('large');
    expect(large.status).toBe(200);
    await shows(/shadow_exchanges_total\{[^}]*result="same"[^}]*\} 1/);
    await shows(/shadow_exchanges_total\{[^}]*result="would_refuse"[^}]*code="model_not_allowed"\} 1/);

    const { decision } = large;
    const { text } = await run(read.replace('DECISION', decision));
    expect(text).toContain(`would refuse: model_not_allowed (model.not-listed): 1, such as ${decision}`);
    expect(text).toContain('would have said block (model_not_allowed) where the policy in force said allow');

    expect(await run(enforce)).toEqual({ status: 0, text: '' });
    await shows(/llm_boundary_policy_generation [2-9]/);
    await until(
      'it refuses',
      async () => (await ask('large')).status,
      (status) => status === 403,
    );
    expect((await ask('small', { to: 'a' })).text).toContain('send_email');
    expect((await ask('small', { to: 'a', bcc: 'c' })).text).not.toContain('send_email');
  });
});
