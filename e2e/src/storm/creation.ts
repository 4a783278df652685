import { Pool } from 'undici';

/** How a pod of the storm comes into being: not at all, beyond every admission; in the API alone; or on a node too. */
export type Depth = 'dry-run' | 'unscheduled' | 'running';

export interface Creation {
  readonly name: string;
  readonly depth: Depth;
}

/** What one attempt to create came to. */
export type Answer =
  | { readonly kind: 'injected' }
  /** Admitted without the sidecar: what must never be. */
  | { readonly kind: 'bare' }
  /** The API server said no and why. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  /** It said something that explains nothing, or nothing at all. */
  | { readonly kind: 'unexplained'; readonly what: string };

const SIDECAR = 'llm-boundary-sidecar';

/** What the pods are made of; the images of the run. */
export interface Material {
  readonly namespace: string;
  readonly image: string;
  readonly imagePullPolicy: string;
}

function podOf({ name, depth }: Creation, { image, imagePullPolicy }: Material): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'storm', depth } },
    spec: {
      terminationGracePeriodSeconds: 1,
      // A scheduler of this name does not exist.
      ...(depth === 'running' ? {} : { schedulerName: 'none' }),
      containers: [
        {
          name: 'model',
          image,
          imagePullPolicy,
          command: ['node', '/app/demo/agent.js'],
          ports: [{ containerPort: 8000 }],
          securityContext: { runAsUser: 1000 },
          resources: { requests: { cpu: '5m', memory: '16Mi' } },
        },
      ],
    },
  };
}

interface Body {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly spec?: { readonly initContainers?: readonly { readonly name: string }[] };
}

/**
 * Refusals name the boundary: its own messages do, the API server's do where it could not call the webhook. `AlreadyExists` says that an
 * earlier attempt was admitted whose answer was lost, so it is not one of them; the caller looks at what is there.
 */
function explained({ message = '' }: Body): boolean {
  return message.includes('llm-boundary');
}

/** Bounds a message to what its kind is, so that equal refusals can be counted. */
function kindOf({ message = '', reason = '' }: Body): string {
  return (
    /\[([a-z_]+)\]/.exec(message)?.[1] ??
    /failed calling webhook[^:]*:.*?(connection refused|EOF|context deadline exceeded|no endpoints available|x509[^:]*|connection reset|no route to host|i\/o timeout)/.exec(
      message,
    )?.[1] ??
    (reason === '' ? 'other' : reason)
  );
}

function judge(status: number, body: Body): Answer {
  if (status === 201 || status === 200) {
    const names = (body.spec?.initContainers ?? []).map(({ name }) => name);
    return { kind: names.includes(SIDECAR) ? 'injected' : 'bare' };
  }
  if (body.kind === 'Status' && explained(body)) {
    return { kind: 'refused', status, reason: kindOf(body) };
  }
  // API priority and fairness: explicit, and none of the boundary's business.
  if (status === 429) return { kind: 'refused', status, reason: 'TooManyRequests' };
  return { kind: 'unexplained', what: `status ${status}: ${body.message ?? 'no message'}`.slice(0, 300) };
}

/** Creates pods over one API server. Owns the connections. */
export class Creator {
  readonly #pool: Pool;
  readonly #material: Material;

  constructor(origin: string, material: Material, connections: number) {
    this.#pool = new Pool(origin, { connections, pipelining: 1 });
    this.#material = material;
  }

  async create(creation: Creation): Promise<Answer> {
    const path = `/api/v1/namespaces/${this.#material.namespace}/pods`;
    const query = creation.depth === 'dry-run' ? '?dryRun=All' : '';
    try {
      const { statusCode, body } = await this.#pool.request({
        method: 'POST',
        path: `${path}${query}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(podOf(creation, this.#material)),
        bodyTimeout: 40_000,
        headersTimeout: 40_000,
      });
      const answer = (await body.json()) as Body;
      return answer.reason === 'AlreadyExists' ? await this.#there(creation.name) : judge(statusCode, answer);
    } catch (error) {
      return { kind: 'unexplained', what: error instanceof Error ? error.message : 'unknown' };
    }
  }

  async #there(name: string): Promise<Answer> {
    const { statusCode, body } = await this.#pool.request({
      method: 'GET',
      path: `/api/v1/namespaces/${this.#material.namespace}/pods/${name}`,
    });
    return judge(statusCode, (await body.json()) as Body);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
