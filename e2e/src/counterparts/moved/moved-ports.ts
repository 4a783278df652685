import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  DEFAULT_CONFIG,
  inject,
  LABELS,
  PORTS,
  publishedName,
  type Container,
} from '@llm-boundary/webhook/inject';

import { startSidecar } from '../../process/sidecar.ts';
import { INJECTION, POLICY } from '../../sdk/policy.ts';
import { npmFolder, pythonEnvironment, type Installed } from '../cache.ts';
import { endChild } from '../server.ts';
import type { Steps } from '../steps.ts';

/** A server as an author deploys it, and what is asked of it through the sidecar. */
interface Case {
  readonly name: string;
  readonly installed: Installed;
  /** Where its programs are. */
  readonly bin: string;
  /** Entry point of the image, for containers without a command. */
  readonly entry: readonly string[];
  readonly container: Omit<Container, 'name'>;
  readonly port: number;
  readonly policy: string;
  readonly ask: (base: string) => Promise<void>;
}

const START_MS = 90_000;
const KEY = 'sk-local';
const AUTHORIZED = { authorization: `Bearer ${KEY}` };
const MCP_POLICY = 'version: 1\nendpoints: { mcp: [/mcp] }\naction: { default: allow }\n';
/** An MCP server on standard input and output, which knows `initialize` alone. */
const STDIO = `require('node:readline').createInterface({input:process.stdin}).on('line',(l)=>{const m=JSON.parse(l);if(m.method==='initialize')console.log(JSON.stringify({jsonrpc:'2.0',id:m.id,result:{protocolVersion:'2025-06-18',capabilities:{},serverInfo:{name:'stdio',version:'1'}}}))})`;

function post(url: string, body: unknown): Promise<Response> {
  const headers = {
    ...AUTHORIZED,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const signal = AbortSignal.timeout(30_000);
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal });
}

async function initializes(base: string): Promise<void> {
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  };
  const reply = await post(`${base}/mcp`, { jsonrpc: '2.0', id: 1, method: 'initialize', params });
  const text = await reply.text();
  assert.equal(reply.status, 200, text);
  assert.match(text, /serverInfo/);
  assert.notEqual(
    (await post(`${base}/other`, { jsonrpc: '2.0', id: 1, method: 'initialize', params })).status,
    200,
  );
}

async function chats(base: string): Promise<void> {
  const ask = (content: string): object => ({ model: 'plain', messages: [{ role: 'user', content }] });
  const reply = await post(`${base}/v1/chat/completions`, ask('Where?'));
  assert.equal(reply.status, 200);
  assert.match(await reply.text(), /Hello from the proxy/);
  const refused = await post(`${base}/v1/chat/completions`, ask(INJECTION));
  assert.match(await refused.text(), /injection_detected/);
}

function opens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('error', () => resolve(false)).on('close', () => resolve(false));
  });
}

/** An address of this machine that other pods would dial; null: it has none. */
function ownAddress(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? null;
}

function admitted({ container, port }: Case) {
  const pod = {
    metadata: { annotations: { 'llm-boundary.io/capture': 'takeover' } },
    spec: { containers: [{ name: 'server', ...container, ports: [{ containerPort: port }] }] },
  };
  const result = inject({
    pod,
    namespace: { metadata: { name: 'models', labels: { [LABELS.inject]: 'true' } } },
    policies: (_namespace, name, mode) => ({
      kind: 'found',
      policy: {
        name,
        mode,
        configMap: publishedName(name, mode),
        sha256: '00'.repeat(32),
        providers: [],
        tcpPorts: [],
        tcpServers: [],
        resources: {},
        demandsRedirect: false,
      },
    }),
    config: DEFAULT_CONFIG,
  });
  assert.equal(result.kind, 'injected', JSON.stringify(result));
  const [moved] = result.pod.spec.containers;
  if (moved === undefined) throw new Error('the pod has no container');
  return { moved, open: result.status.open };
}

/** Starts what the injected container starts, and sends traffic through the sidecar's listener. */
async function tryOne(steps: Steps, one: Case, work: string): Promise<void> {
  const { moved, open } = admitted(one);
  const command = moved.command ?? [];
  const [program = '', ...args] = [...(command.length > 0 ? command : one.entry), ...(moved.args ?? [])];
  const env = Object.fromEntries((moved.env ?? []).map(({ name, value }) => [name, value ?? '']));
  const path = `${one.bin}${delimiter}${process.env['PATH'] ?? ''}`;
  assert.equal(await opens('127.0.0.1', PORTS.moved), false, 'another process has the moved port');
  const child = spawn(join(one.bin, program), args, {
    cwd: work,
    env: { HOME: process.env['HOME'], ...env, LITELLM_LOCAL_MODEL_COST_MAP: 'True', PATH: path },
    stdio: 'ignore',
  });
  const sidecar = await startSidecar({
    upstreams: [`http://127.0.0.1:${PORTS.moved}`],
    policy: one.policy,
  });
  try {
    const up = await steps.run(`${one.name}: listens on the moved port`, async () => {
      const until = Date.now() + START_MS;
      while (!(await opens('127.0.0.1', PORTS.moved))) {
        assert.ok(Date.now() < until && child.exitCode === null, 'it does not listen there');
        await sleep(200);
      }
      assert.equal(await opens('127.0.0.1', one.port), false, 'it listens on its own port too');
      return true;
    });
    if (up === null) return;
    await steps.run(`${one.name}: answers through the sidecar`, () => one.ask(sidecar.inbound[0] ?? ''));
    const address = ownAddress();
    const said = `${one.name}: open past the sidecar as the status says (${open.join(', ')})`;
    if (address === null) steps.skip(said, 'this machine has no other address');
    else
      await steps.run(said, async () => {
        assert.equal(await opens(address, PORTS.moved), open.includes(String(PORTS.moved)));
      });
  } finally {
    await sidecar.stop();
    await endChild(child, 'SIGKILL');
  }
}

function cases(): readonly Case[] {
  const litellm = pythonEnvironment('litellm', ['litellm[proxy]'], 'litellm');
  const fastmcp = pythonEnvironment('fastmcp', ['fastmcp'], 'fastmcp');
  const supergateway = npmFolder(
    'supergateway',
    'supergateway',
    join('node_modules', '.bin', 'supergateway'),
  );
  const bin = (installed: Installed, ...path: readonly string[]): string =>
    'missing' in installed ? '' : join(installed.folder, ...path);
  return [
    {
      name: 'LiteLLM (PyPI)',
      installed: litellm,
      bin: bin(litellm, 'bin'),
      entry: ['litellm'],
      container: {
        image: 'ghcr.io/berriai/litellm:main',
        args: ['--config', 'config.yaml', '--port', '4000'],
      },
      port: 4000,
      policy: POLICY,
      ask: chats,
    },
    {
      name: 'FastMCP (PyPI)',
      installed: fastmcp,
      bin: bin(fastmcp, 'bin'),
      entry: [],
      container: {
        command: [
          'fastmcp',
          'run',
          'server.py',
          '--transport',
          'http',
          '--host',
          '0.0.0.0',
          '--port',
          '8000',
        ],
      },
      port: 8000,
      policy: MCP_POLICY,
      ask: initializes,
    },
    {
      name: 'supergateway (npm)',
      installed: supergateway,
      bin: bin(supergateway, 'node_modules', '.bin'),
      entry: ['supergateway'],
      container: {
        image: 'supercorp/supergateway:latest',
        args: ['--stdio', 'node stdio.cjs', '--outputTransport', 'streamableHttp', '--port', '8000'],
      },
      port: 8000,
      policy: MCP_POLICY,
      ask: initializes,
    },
  ];
}

/** Servers started with the command line and the environment that takeover writes. */
export async function tryMovedPorts(steps: Steps): Promise<void> {
  steps.title('Servers on the ports that takeover moves them to');
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-moved-'));
  const mocked = { model: 'openai/plain', api_key: 'none', mock_response: 'Hello from the proxy.' };
  writeFileSync(
    join(work, 'config.yaml'),
    JSON.stringify({
      model_list: [{ model_name: 'plain', litellm_params: mocked }],
      general_settings: { master_key: KEY },
    }),
  );
  writeFileSync(join(work, 'server.py'), 'from fastmcp import FastMCP\n\nmcp = FastMCP("tools")\n');
  writeFileSync(join(work, 'stdio.cjs'), STDIO);
  try {
    for (const one of cases()) {
      if ('missing' in one.installed) steps.skip(one.name, one.installed.missing);
      else await tryOne(steps, one, work);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
