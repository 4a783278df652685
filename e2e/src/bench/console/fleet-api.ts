import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

import { makeCertificate } from '../../counterparts/tls/certificate.ts';

/** Tokens of the two users. */
export const EVERYTHING = 'sees-everything';
export const ONE_NAMESPACE = 'sees-one-namespace';

export const SIZE = { workloads: 1_000, replicas: 3, namespaces: 50 } as const;

export function namespaceOf(workload: number): string {
  return `team-${workload % SIZE.namespaces}`;
}

interface Review {
  readonly spec: {
    readonly token?: string;
    readonly user?: string;
    readonly resourceAttributes?: { readonly namespace?: string };
  };
}

/** As much of an API server as the console asks, with a fleet in it. */
export class FleetApi {
  readonly kubeconfig: string;
  /** SubjectAccessReviews and TokenReviews so far. */
  readonly reviews = { access: 0, token: 0 };
  /** Namespaces of `ONE_NAMESPACE`. */
  readonly rights = new Set([namespaceOf(7)]);
  readonly #server: Server;
  readonly #pods = Array.from({ length: SIZE.workloads * SIZE.replicas }, (_, at) => podOf(at));

  private constructor(server: Server, kubeconfig: string) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Its certificate and a kubeconfig are put into `dir`. */
  static async start(dir: string): Promise<FleetApi> {
    const { key, cert } = makeCertificate(dir, 'api');
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const kubeconfig = join(dir, 'kubeconfig');
    const named = {
      contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'console' } }],
      clusters: [{ name: 'bench', cluster: { server: url, 'certificate-authority': cert } }],
      users: [{ name: 'console', user: { token: 'console' } }],
    };
    writeFileSync(
      kubeconfig,
      JSON.stringify({ apiVersion: 'v1', kind: 'Config', 'current-context': 'bench', ...named }),
    );
    return new FleetApi(server, kubeconfig);
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://api');
    if (searchParams.get('watch') === 'true') {
      // Nothing changes.
      response.writeHead(200).flushHeaders();
      return;
    }
    const body = request.method === 'POST' ? ((await json(request)) as Review) : null;
    const answer = body === null ? this.#list(pathname, searchParams) : this.#review(pathname, body);
    response
      .writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer ?? { message: 'not found' }));
  }

  #list(path: string, query: URLSearchParams): object | null {
    const metadata = { resourceVersion: '1' };
    if (path === '/api/v1/pods') {
      const from = Number(query.get('continue') ?? 0);
      const to = from + Number(query.get('limit') ?? Infinity);
      const more = to < this.#pods.length ? { continue: String(to) } : {};
      return { metadata: { ...metadata, ...more }, items: this.#pods.slice(from, to) };
    }
    if (path === '/api/v1/configmaps') return { metadata, items: [] };
    if (path !== '/api/v1/namespaces') return null;
    const items = Array.from({ length: SIZE.namespaces }, (_, at) => ({
      metadata: { name: namespaceOf(at), resourceVersion: '1' },
    }));
    return { metadata, items };
  }

  #review(path: string, { spec }: Review): object | null {
    if (path.endsWith('/tokenreviews')) {
      this.reviews.token += 1;
      const known = spec.token === EVERYTHING || spec.token === ONE_NAMESPACE;
      return { status: { authenticated: known, ...(known ? { user: { username: spec.token } } : {}) } };
    }
    if (path.endsWith('/token')) return { status: { token: 'of-the-console' } };
    if (!path.endsWith('/subjectaccessreviews')) return null;
    this.reviews.access += 1;
    const { namespace } = spec.resourceAttributes ?? {};
    const allowed = spec.user === EVERYTHING || (namespace !== undefined && this.rights.has(namespace));
    return { status: { allowed } };
  }
}

/** A pod as the API server lists it, of 8 to 9 KB. One workload of eight has no sidecar. */
function podOf(at: number): object {
  const workload = Math.floor(at / SIZE.replicas);
  const name = `agent-${workload}`;
  const isGuarded = workload % 8 !== 0;
  const image = workload % 3 === 0 ? 'vllm/vllm-openai:v0.9.2' : 'ollama/ollama:0.9.6';
  return {
    metadata: {
      ...{
        name: `${name}-5d9c7b6f44-${at}`,
        namespace: namespaceOf(workload),
        uid: `uid-${at}`,
        resourceVersion: '1',
      },
      labels: { app: name, 'pod-template-hash': '5d9c7b6f44', 'llm-boundary.io/inject': 'true' },
      ownerReferences: [{ kind: 'ReplicaSet', name: `${name}-5d9c7b6f44`, controller: true }],
      // The larger half of a real pod.
      managedFields: ['kube-controller-manager', 'kubelet'].map((manager) => ({
        ...{ manager, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' },
        fieldsV1: Object.fromEntries(
          Array.from({ length: 60 }, (_, field) => [
            `f:field-${field}`,
            { '.': {}, 'f:name': {}, 'f:value': {} },
          ]),
        ),
      })),
    },
    spec: {
      containers: [
        {
          ...{ name: 'model', image, args: ['--model', 'llama-3.1-8b', '--port', '8000'] },
          env: Array.from({ length: 20 }, (_, each) => ({ name: `SETTING_${each}`, value: `value-${each}` })),
          ports: [{ containerPort: 8_000 }],
        },
      ],
      ...(isGuarded
        ? {
            initContainers: [{ name: 'llm-boundary-sidecar', image: 'r/llm-boundary/sidecar:0.1.0' }],
            volumes: [{ name: 'llm-boundary-policy', configMap: { name: 'llm-boundary-policy-default' } }],
          }
        : {}),
    },
    // Every address of 127/8 is this machine.
    status: { phase: 'Running', podIP: `127.1.${at >> 8}.${at & 255}` },
  };
}
