import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { clusterSource } from '../../commands/cluster-source.ts';
import { PolicyCatalogue } from '../../policies/index.ts';
import { AdminServer } from '../../server/tls-server.ts';
import { Answers } from '../answers.ts';
import { CONSOLE_HEADER } from '../api.ts';
import { consoleApp } from '../app.ts';
import type { LabRuns } from '../lab-runs.ts';
import { runLab } from '../lab.ts';
import { Sights } from '../sight/sight.ts';
import type { ConsoleSource, SeenPod } from '../source.ts';

export const SYSTEM = 'llm-boundary';

/** A pod of a Deployment `bot`, as the API server lists it. */
export function guardedPod(namespace: string, name: string, policy: string | null = 'default'): object {
  return {
    metadata: {
      ...{ name, namespace, uid: `uid-${name}`, labels: { 'pod-template-hash': 'h' } },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'bot-h', controller: true }],
    },
    status: { podIP: '10.0.0.1' },
    spec: {
      containers: [{ name: 'c', image: 'vllm/vllm-openai:v1' }],
      ...(policy === null
        ? {}
        : {
            initContainers: [{ name: 'llm-boundary-sidecar', image: 'r/llm-boundary/sidecar:0.2.0' }],
            volumes: [{ name: 'llm-boundary-policy', configMap: { name: `llm-boundary-policy-${policy}` } }],
          }),
    },
  };
}

/** `/exchanges` of a sidecar with one exchange, which a rule in `observe` would have redacted. */
export function recentOf(id: string, more: object = {}): object {
  const hit = {
    ...{ control: 'egress', rule: 'pii.email', action: 'redact', code: 'sensitive_output', mode: 'observe' },
    ...{ pointer: '/choices/0', score: null },
  };
  const step = {
    kind: 'egress',
    timeMs: 2_000,
    verdict: 'allow',
    code: null,
    status: 200,
    moreHits: 0,
    seq: 9,
  };
  const exchange = {
    ...{ id, startMs: 1_990, endMs: 2_010, direction: 'inbound', dialect: 'openai-chat', method: 'POST' },
    ...{ path: '/v1/chat/completions', host: null, model: 'm', tools: ['mail'], caller: null, tainted: true },
    ...{ status: 200, outcome: 'completed', tokens: { input: 1, output: 2 }, policy: null },
    ...{ boundaryMs: 2, restMs: 18, steps: [{ ...step, hits: [hit] }] },
    ...more,
  };
  return { v: 1, nowMs: 3_000, log: 'c/ns/p/chain/0', isCut: false, exchanges: [exchange] };
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

function decoded(body: Buffer, coding: string | undefined): Buffer {
  if (coding === undefined) return body;
  return coding === 'br' ? brotliDecompressSync(body) : gunzipSync(body);
}

/** A console in front of a made-up cluster. `ann` may see namespace `shop`, `root` all of them. */
export class TestConsole {
  readonly catalogue = new PolicyCatalogue(SYSTEM);
  /** Of the page, by name. */
  readonly files = new Map([['index.html', '<!doctype html>']]);
  pods: object[] = [];
  /** `/exchanges` of each sidecar, by name of the pod. */
  exchanges: (pod: SeenPod, query: string) => Promise<unknown> = () => Promise.reject(new Error('no answer'));
  /** `/conditions` of each sidecar. */
  conditions: (pod: SeenPod) => Promise<unknown> = () => Promise.reject(new Error('it is not there'));
  silent: () => Promise<unknown> = () => Promise.reject(Object.assign(new Error('none'), { status: 404 }));
  /** Tokens that the API server knows, with the namespaces that their users may see; null: all of them. */
  readonly users = new Map<string, readonly string[] | null>([
    ['ann', ['shop']],
    ['root', null],
  ]);
  /** Questions that the API server was asked. */
  readonly reviewed: string[] = [];
  prometheus: ConsoleSource['prometheus'] = null;
  isDown = false;
  /** What the API server answers to the review of what a user may see; null: as it is. */
  accessFault: Error | null = null;
  /** Default: on this thread, since workers are built. */
  lab: Pick<LabRuns, 'run'> = {
    run: (_, task) => Promise.resolve({ kind: 'answered', answer: runLab(task) }),
  };
  nowMs = 1_000_000;
  readonly #folder = mkdtempSync(join(tmpdir(), 'llm-boundary-console-'));
  #server: AdminServer | null = null;
  #origin = '';

  async start(): Promise<void> {
    for (const [name, text] of this.files) writeFileSync(join(this.#folder, name), text);
    const now = (): number => this.nowMs;
    const source = clusterSource({
      state: {
        pods: () => this.pods.map((pod) => ({ pod: pod as SeenPod['pod'], phase: 'Running' })),
        namespace: (name) => ({ metadata: { name } }),
        catalogue: this.catalogue,
      },
      sidecars: {
        conditions: (pod) => this.conditions(pod),
        exchanges: (pod, query) => this.exchanges(pod, query),
      },
      send: () => this.silent(),
      systemNamespace: SYSTEM,
      prometheus: this.prometheus,
      now,
    });
    const ask = <T>(question: string, answer: T): Promise<T> => {
      this.reviewed.push(question);
      return this.isDown ? Promise.reject(new Error('down')) : Promise.resolve(answer);
    };
    const reviews = {
      user: (token: string) =>
        ask(
          `user ${token}`,
          this.users.has(token) ? { username: token, uid: null, groups: [], extra: {} } : null,
        ),
      mayListPods: ({ username }: { readonly username: string }, namespace: string | null) => {
        if (this.accessFault !== null) return Promise.reject(this.accessFault);
        const may = this.users.get(username);
        const answer = may === null || (namespace !== null && may?.includes(namespace) === true);
        return ask(`${username} ${namespace ?? '*'}`, answer);
      },
    };
    const app = consoleApp({
      sights: new Sights(reviews, now),
      answers: new Answers(source, now, { run: (user, task) => this.lab.run(user, task) }),
      ...{ version: '0.2.0', page: this.#folder, onError: () => undefined, readiness: () => null },
    });
    this.#server = new AdminServer(app);
    const { port } = await this.#server.listen({ host: '127.0.0.1', port: 0 });
    this.#origin = `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** @param token null: none is sent */
  get(path: string, token: string | null, headers: Record<string, string> = {}): Promise<Reply> {
    const credential: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
    return this.#send(path, { headers: { ...credential, ...headers } }, '');
  }

  /** As the page sends it; `headers` replace its own. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const own = { 'content-type': 'application/json', [CONSOLE_HEADER]: '1' };
    return this.#send(path, { method: 'POST', headers: { ...own, ...headers } }, JSON.stringify(body));
  }

  #send(path: string, options: RequestOptions, body: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(`${this.#origin}${path}`, { ...options, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = decoded(Buffer.concat(chunks), response.headers['content-encoding']).toString();
          const isJson = response.headers['content-type']?.includes('json') === true;
          const answered = isJson ? (JSON.parse(text) as unknown) : text;
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answered });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }
}
