import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { DemoAnswer, DemoSide } from '@llm-boundary/webhook/console/api-audit';
import { LocalTokens, startLocalConsole } from '@llm-boundary/webhook/local-console';

import type { Admitted, Pod } from './admission.ts';
import type { DemoOptions } from './arguments.ts';
import { ask } from './client.ts';
import { startPod, stopPod, type Node, type PodSpec } from './container.ts';

/** Where the page is, unless it is in use. */
const PAGE_PORT = 18080;
const MAX_PROMPT_CHARS = 8192;

/** Of the guarded pod. Its sidecar shows its last exchanges to who has a token for it. */
export const FIELDS = {
  'metadata.name': 'after',
  'metadata.namespace': 'demo',
  'metadata.uid': 'demo-after',
} as const;

interface DemoPageOptions {
  readonly options: DemoOptions;
  readonly admitted: Admitted;
  readonly node: Node;
  readonly tokens: LocalTokens;
  /** File of the policy. */
  readonly policy: string;
  /** The agent behind the boundary. */
  readonly guarded: string;
  /** The pod with the real server of the options. */
  readonly configured: (spec: PodSpec) => PodSpec;
}

export interface DemoPage {
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** Lets the sidecar of the policy folder accept the tokens of the page. Before it starts. */
export function acceptTokens(policyFolder: string): LocalTokens {
  const tokens = new LocalTokens(Date.now);
  writeFileSync(join(policyFolder, 'service-accounts.json'), tokens.serviceAccounts);
  return tokens;
}

/** Starts the unguarded agent again, beside the guarded one, and the page about both. */
export async function openPage(deps: DemoPageOptions): Promise<DemoPage> {
  const { admitted, node, tokens } = deps;
  const port = await freePort();
  const before = withPort(admitted.before.spec, port);
  const running: readonly ChildProcess[] = startPod(deps.configured(before), node);
  try {
    const console = await startLocalConsole(
      {
        pods: [
          named({ ...admitted.before, spec: before }, 'before'),
          named(admitted.after, FIELDS['metadata.name']),
        ],
        policy: () => readFileSync(deps.policy, 'utf8'),
        tokens,
        posts: { '/api/demo': (body) => answerDemo(body, `http://127.0.0.1:${port}`, deps) },
        onError: (error) => process.stderr.write(`npm start: the page: ${String(error)}\n`),
      },
      PAGE_PORT,
    );
    return {
      origin: console.origin,
      close: async () => {
        await console.close();
        await stopPod(running);
      },
    };
  } catch (error) {
    await stopPod(running);
    throw error;
  }
}

/** With what the API server adds to it. */
function named({ metadata, ...pod }: Pod, name: string): object {
  return {
    ...pod,
    metadata: { ...metadata, name, uid: `demo-${name}` },
    status: { phase: 'Running', podIP: '127.0.0.1' },
  };
}

/** The port of the pod is the guarded agent's. Without a boundary it is for this machine only. */
function withPort(spec: Pod['spec'], port: number): Pod['spec'] {
  const local = (arg: string): string =>
    arg === '18000' ? String(port) : arg === '0.0.0.0' ? '127.0.0.1' : arg;
  const containers = spec.containers.map(({ args = [], ...rest }) => ({ ...rest, args: args.map(local) }));
  return { ...spec, containers };
}

/** Null: not a prompt. */
async function answerDemo(
  body: unknown,
  unguarded: string,
  { options, guarded }: DemoPageOptions,
): Promise<DemoAnswer | null> {
  const prompt = typeof body === 'object' && body !== null && 'prompt' in body ? body.prompt : null;
  if (typeof prompt !== 'string' || prompt === '' || prompt.length > MAX_PROMPT_CHARS) return null;
  const scenario = { title: 'own', stream: false, messages: [{ role: 'user' as const, content: prompt }] };
  const sideOf = async (side: DemoSide['side'], origin: string): Promise<DemoSide> => {
    const { status, text, ran, decision } = await ask(origin, options.model, scenario);
    return { side, status, text, calls: ran, decision };
  };
  return { v: 1, sides: await Promise.all([sideOf('before', unguarded), sideOf('after', guarded)]) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
