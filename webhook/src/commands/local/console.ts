import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { versionIn } from '@llm-boundary/sidecar/flags';

import { Answers } from '../../console/answers.ts';
import { consoleApp, type ConsoleAppOptions } from '../../console/app.ts';
import { LabRuns } from '../../console/lab-runs.ts';
import { SidecarClient } from '../../console/sidecar-client.ts';
import { LABELS, parsePod, type Pod } from '../../inject/index.ts';
import { POLICY_KEY, PolicyCatalogue } from '../../policies/index.ts';
import { clusterSource } from '../cluster-source.ts';
import type { LocalTokens } from './tokens.ts';
import { DEFAULT_NAMESPACE } from '../serve-flags.ts';

/** Built beside the commands. */
const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
const LOOPBACK = '127.0.0.1';

export interface LocalConsoleOptions {
  /** As the API server lists them, with the addresses of their sidecars (`status.podIP`). */
  readonly pods: readonly object[];
  /** Text of the policy `default` as it is now. Asked on every request. */
  readonly policy: () => string;
  readonly tokens: LocalTokens;
  readonly posts: NonNullable<ConsoleAppOptions['posts']>;
  readonly onError: (error: unknown) => void;
}

interface LocalConsole {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/**
 * The console without a cluster: real sidecars of this machine, without a login, for programs of this machine only. @param port another free
 * one is taken where it is in use @throws Error for what is no pod, and the system's error if there is no address to bind
 */
export async function startLocalConsole(options: LocalConsoleOptions, port: number): Promise<LocalConsole> {
  const app = consoleListener(options);
  const server = createServer((request, response) => {
    if (isLocal(request)) app(request, response);
    else response.writeHead(421, { 'content-type': 'text/plain' }).end('this page is at 127.0.0.1 only\n');
  });
  const listen = (at: number, fallback: number | null): Promise<number> =>
    new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE' && fallback !== null) resolve(listen(fallback, null));
        else reject(error);
      });
      server.listen(at, LOOPBACK, () => {
        server.removeAllListeners('error');
        resolve((server.address() as AddressInfo).port);
      });
    });
  const bound = await listen(port, 0);
  return {
    origin: `http://${LOOPBACK}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** By the name of another site, whose DNS leads here, that site could read all of it: DNS rebinding. */
function isLocal({ headers, socket }: IncomingMessage): boolean {
  const port = String(socket.localPort ?? '');
  return [`${LOOPBACK}:${port}`, `localhost:${port}`].includes(headers.host ?? '');
}

function consoleListener({ pods, policy, tokens, posts, onError }: LocalConsoleOptions): RequestListener {
  const catalogue = new PolicyCatalogue(DEFAULT_NAMESPACE);
  let known: string | null = null;
  const refresh = (): void => {
    const text = policy();
    if (text === known) return;
    known = text;
    const metadata = { name: 'default', namespace: DEFAULT_NAMESPACE, labels: { [LABELS.policy]: 'true' } };
    catalogue.set({ metadata, data: { [POLICY_KEY]: text } });
  };
  const running = pods.map((pod) => ({ pod: podOf(pod), phase: 'Running' }));
  const absent = Object.assign(new Error('there is no API server'), { status: 404 });
  const source = clusterSource({
    state: { pods: () => running, namespace: (name) => ({ metadata: { name } }), catalogue },
    sidecars: new SidecarClient((audience) => Promise.resolve(tokens.tokenFor(audience)), Date.now),
    send: () => Promise.reject(absent),
    systemNamespace: DEFAULT_NAMESPACE,
    prometheus: null,
    now: Date.now,
  });
  const app = consoleApp({
    sights: null,
    answers: new Answers({ ...source, kind: 'demo' }, Date.now, new LabRuns()),
    version: versionIn(new URL('../../../package.json', import.meta.url)),
    page: PAGE,
    onError,
    readiness: () => null,
    posts,
  });
  return (request, response) => {
    refresh();
    app(request, response);
  };
}

function podOf(object: object): Pod {
  const parsed = parsePod(object);
  if (!parsed.ok) throw new Error('a pod of the local console cannot be read');
  return parsed.value;
}

export { LocalTokens } from './tokens.ts';
