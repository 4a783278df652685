import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { makeCertificate } from './tls/certificate.ts';

/** A running pod with a sidecar. */
export interface ListedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The pod's token: its name, and as many characters as a projected token has. */
export function tokenOf(name: string): string {
  return `${name}.${'x'.repeat(1_000)}`;
}

type Stored = Readonly<Record<string, unknown>> & {
  readonly metadata: { readonly name?: string };
  readonly data?: Readonly<Record<string, string>>;
};

/** As much of an API server as an anchor asks: TokenReviews, the list of pods, and a place for its Secrets, ConfigMaps and Events. */
export class KubeApi {
  readonly kubeconfig: string;
  readonly #server: Server;
  /** By name. */
  readonly #pods: ReadonlyMap<string, ListedPod>;
  #reviews = 0;
  /** By path. */
  readonly #objects = new Map<string, Stored>();

  private constructor(server: Server, kubeconfig: string, pods: readonly ListedPod[]) {
    this.#server = server;
    this.kubeconfig = kubeconfig;
    this.#pods = new Map(pods.map((pod) => [pod.name, pod]));
    server.on('request', (request, response) => void this.#answer(request, response));
  }

  /** Its certificate and a kubeconfig are put into `dir`. */
  static async start(dir: string, pods: readonly ListedPod[]): Promise<KubeApi> {
    const { key, cert } = makeCertificate(dir, 'api');
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const kubeconfig = join(dir, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'tests',
        contexts: [{ name: 'tests', context: { cluster: 'tests', user: 'anchor' } }],
        clusters: [{ name: 'tests', cluster: { server: url, 'certificate-authority': cert } }],
        users: [{ name: 'anchor', user: { token: 'anchor' } }],
      }),
    );
    return new KubeApi(server, kubeconfig, pods);
  }

  /** A value of an object that was created; null if there is none. `path`: `/api/v1/namespaces/NAMESPACE/KIND/NAME`. */
  value(path: string, key: string): string | null {
    return this.#objects.get(path)?.data?.[key] ?? null;
  }

  /** Objects whose paths begin like this. */
  objects(path: string): readonly object[] {
    return [...this.#objects].filter(([at]) => at.startsWith(path)).map(([, object]) => object);
  }

  /** Number of TokenReviews so far. */
  get reviews(): number {
    return this.#reviews;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://api');
    if (searchParams.get('watch') === 'true') {
      // Nothing changes.
      response.writeHead(200).flushHeaders();
      return;
    }
    const body = chunks.length === 0 ? null : (JSON.parse(Buffer.concat(chunks).toString()) as Stored);
    const [status, answer] = this.#reply(request.method ?? '', pathname, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #reply(method: string, path: string, body: Stored | null): readonly [status: number, answer: unknown] {
    if (path === '/apis/authentication.k8s.io/v1/tokenreviews') return [201, this.#review(body)];
    if (path === '/api/v1/pods')
      return [200, { metadata: { resourceVersion: '1' }, items: [...this.#pods.values()].map(running) }];
    if (body === null) {
      const found = this.#objects.get(path);
      return found === undefined ? [404, { message: 'not found' }] : [200, found];
    }
    const stored = { ...body, metadata: { ...body.metadata, resourceVersion: '1' } };
    this.#objects.set(method === 'POST' ? `${path}/${body.metadata.name ?? ''}` : path, stored);
    return [201, stored];
  }

  #review(body: Stored | null): unknown {
    const { token, audiences } = body?.['spec'] as {
      readonly token: string;
      readonly audiences: readonly string[];
    };
    this.#reviews += 1;
    const name = token.slice(0, token.indexOf('.'));
    const pod = tokenOf(name) === token ? this.#pods.get(name) : undefined;
    if (pod === undefined) return { status: { authenticated: false } };
    const extra = {
      'authentication.kubernetes.io/pod-name': [pod.name],
      'authentication.kubernetes.io/pod-uid': [pod.uid],
    };
    const user = { username: `system:serviceaccount:${pod.namespace}:default`, extra };
    return { status: { authenticated: true, audiences, user } };
  }
}

function running(pod: ListedPod): unknown {
  const name = 'llm-boundary-sidecar';
  return {
    metadata: { ...pod, resourceVersion: '1' },
    spec: { initContainers: [{ name }], containers: [] },
    status: {
      phase: 'Running',
      initContainerStatuses: [{ name, state: { running: { startedAt: new Date().toISOString() } } }],
    },
  };
}
