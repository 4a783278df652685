import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { npmFolder, pythonEnvironment } from '../counterparts/cache.ts';
import { startServer } from '../counterparts/server.ts';
import { chat } from './cases.ts';
import { rssMiB, SUBJECT_CORE, type Subject } from './subject.ts';

/** Contained in no text of the benchmark; the guards of the peers refuse it. */
const FORBIDDEN = 'forbidden-phrase-of-the-benchmark';
const PORTKEY = '1.15.2';
const PORTKEY_PROGRAM = join('node_modules', '@portkey-ai', 'gateway', 'build', 'start-server.js');
/** Of `sysconf(_SC_CLK_TCK)`, which is 100 on Linux. */
const TICK_MICROS = 10_000;

export type Peer = Subject | { readonly missing: string };

/** CPU and memory of a process and those that it started. */
function family(pid: number): { readonly cpuMicros: number; readonly rssMiB: number } {
  const stats = new Map<number, { readonly parent: number; readonly ticks: number }>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${entry}/stat`, 'utf8');
      // Behind the name, which may contain spaces: state, parent, …, user and system time (proc(5), fields 14 and 15).
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      stats.set(Number(entry), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // It has ended meanwhile.
    }
  }
  const members = new Set([pid]);
  for (let grown = 0; grown < members.size;) {
    grown = members.size;
    for (const [child, { parent }] of stats) if (members.has(parent)) members.add(child);
  }
  const ticks = [...members].reduce((sum, member) => sum + (stats.get(member)?.ticks ?? 0), 0);
  return {
    cpuMicros: ticks * TICK_MICROS,
    rssMiB: [...members].reduce((sum, member) => sum + rssMiB(member), 0),
  };
}

interface Setup {
  readonly name: string;
  /** The command, for a port and a folder that goes with the peer. */
  readonly command: (port: number, folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly healthPath: string;
  /** Request headers that it needs, each `Name: value`. */
  readonly headers: readonly string[];
  /** Whether it has a guard, which must refuse the forbidden phrase. */
  readonly isGuarded: boolean;
}

/** @throws Error if it does not start, or if a guard lets the forbidden phrase through; nothing of it is left then */
async function start({ name, command, env, healthPath, headers, isGuarded }: Setup): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-peer-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const [program, ...pinned] = SUBJECT_CORE;
  let stop = remove;
  try {
    const running = await startServer({
      program,
      args: (port) => [...pinned, ...command(port, folder)],
      ...(env === undefined ? {} : { env }),
      healthPath,
    });
    stop = async () => {
      try {
        await running.stop();
      } finally {
        await remove();
      }
    };
    const peer: Subject = {
      name,
      port: Number(new URL(running.origin).port),
      headers,
      sample: () => Promise.resolve({ ...family(running.pid), loopDelayMs: null }),
      stop,
    };
    if (isGuarded) await fires(peer);
    return peer;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @throws Error where a guard that is to be measured lets the forbidden phrase through */
async function fires({ name, port, headers = [] }: Subject): Promise<void> {
  const ask = async (content: string): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: 'POST',
      headers: [
        ['content-type', 'application/json'],
        ...headers.map((line) => line.split(': ') as [string, string]),
      ],
      body: chat('whole', [{ role: 'user', content }]),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const [allowed, refused] = [await ask('A word about the harbour.'), await ask(`Say ${FORBIDDEN}.`)];
  if (allowed !== 200 || refused < 400) {
    throw new Error(`${name}: status ${allowed} for an ordinary prompt, ${refused} for the forbidden phrase`);
  }
}

/** One worker without a guard: the floor of a proxy. */
export async function startNginx(upstreamPort: number): Promise<Peer> {
  if (spawnSync('nginx', ['-v']).status !== 0)
    return { missing: 'nginx is not installed (apt-get install nginx-light)' };
  return start({
    name: 'nginx, no guard',
    command: (port, folder) => {
      const configuration = join(folder, 'nginx.conf');
      writeFileSync(configuration, nginxConfiguration(folder, port, upstreamPort));
      return ['nginx', '-e', join(folder, 'error.log'), '-c', configuration];
    },
    healthPath: '/health',
    headers: [],
    isGuarded: false,
  });
}

function nginxConfiguration(folder: string, port: number, upstreamPort: number): string {
  return `daemon off; worker_processes 1; pid ${folder}/pid;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; client_body_buffer_size 1m; client_max_body_size 8m;
  upstream model { server 127.0.0.1:${upstreamPort}; keepalive 64; }
  server {
    listen 127.0.0.1:${port}; keepalive_requests 1000000;
    location /health { return 200; }
    location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`;
}

/** Portkey's gateway with one check of a regular expression before and one after the model. */
export async function startPortkey(upstreamPort: number): Promise<Peer> {
  const installed = npmFolder('portkey', `@portkey-ai/gateway@${PORTKEY}`, PORTKEY_PROGRAM);
  if ('missing' in installed) return installed;
  const check = { 'default.regexMatch': { rule: FORBIDDEN, not: true }, deny: true };
  const configuration = {
    provider: 'openai',
    api_key: 'none',
    custom_host: `http://127.0.0.1:${upstreamPort}/v1`,
    input_guardrails: [check],
    output_guardrails: [check],
  };
  return start({
    name: `Portkey ${PORTKEY}, a regular expression each way`,
    command: (port) => [
      process.execPath,
      join(installed.folder, PORTKEY_PROGRAM),
      `--port=${port}`,
      '--headless',
    ],
    healthPath: '/',
    headers: [`x-portkey-config: ${JSON.stringify(configuration)}`],
    isGuarded: true,
  });
}

/** LiteLLM's proxy with the filter that it brings along. */
export async function startLitellm(upstreamPort: number): Promise<Peer> {
  const installed = pythonEnvironment('litellm', ['litellm[proxy]'], 'litellm');
  if ('missing' in installed) return installed;
  return start({
    name: 'LiteLLM, content filter',
    command: (port, folder) => {
      const settings = join(folder, 'config.yaml');
      writeFileSync(settings, JSON.stringify(litellmConfiguration(upstreamPort)));
      const listen = ['--host', '127.0.0.1', '--port', String(port)];
      return [join(installed.folder, 'bin', 'litellm'), '--config', settings, ...listen];
    },
    env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True' },
    healthPath: '/health/liveliness',
    headers: ['authorization: Bearer sk-local'],
    isGuarded: true,
  });
}

function litellmConfiguration(upstreamPort: number): object {
  return {
    model_list: [
      {
        model_name: 'bench-whole',
        litellm_params: {
          model: 'openai/bench-whole',
          api_key: 'none',
          api_base: `http://127.0.0.1:${upstreamPort}/v1`,
        },
      },
    ],
    general_settings: { master_key: 'sk-local' },
    guardrails: [
      {
        guardrail_name: 'phrase',
        litellm_params: {
          guardrail: 'litellm_content_filter',
          mode: 'pre_call',
          default_on: true,
          blocked_words: [{ keyword: FORBIDDEN, action: 'BLOCK' }],
        },
      },
    ],
  };
}
