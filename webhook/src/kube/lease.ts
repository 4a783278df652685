import { z } from 'zod';

import { isStatus, type Rest } from './rest.ts';

const DURATION_S = 15;
/** The holder gives up its lease before others may take it. */
const BELIEF_MS = 10_000;

const lease = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  spec: z.looseObject({ holderIdentity: z.string().nullish(), renewTime: z.string().nullish() }).nullish(),
});

/** RFC 3339 with microseconds, as the Lease type requires. */
function microTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}

export interface LeaseOptions {
  readonly namespace: string;
  readonly name: string;
  /** Unique to this process: the pod's name. */
  readonly identity: string;
}

/**
 * Elects one writer among the replicas. Clocks of replicas are not compared: a lease counts as expired if its renewal time has not changed
 * for its whole duration on our own clock.
 */
export class LeaseHolder {
  readonly #rest: Rest;
  readonly #options: LeaseOptions;
  #heldUntilMs = 0;
  #seen = { renewTime: '', atMs: 0 };

  constructor(rest: Rest, options: LeaseOptions) {
    this.#rest = rest;
    this.#options = options;
  }

  holds(nowMs: number): boolean {
    return nowMs < this.#heldUntilMs;
  }

  /** Takes or renews the lease if possible. Call it every few seconds. @throws KubeError; a held lease then expires */
  async tick(nowMs: number): Promise<void> {
    const { namespace, name, identity } = this.#options;
    const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
    const spec = { holderIdentity: identity, leaseDurationSeconds: DURATION_S, renewTime: microTime(nowMs) };
    const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
    try {
      const found = lease.parse(await this.#rest.send({ method: 'GET', path: `${path}/${name}` }));
      if (!this.#free(found, nowMs)) return;
      const metadata = { namespace, name, resourceVersion: found.metadata.resourceVersion };
      await this.#rest.send({ method: 'PUT', path: `${path}/${name}`, body: { ...body, metadata, spec } });
    } catch (error) {
      // Another replica was faster.
      if (isStatus(error, 409)) return;
      if (!isStatus(error, 404)) throw error;
      if (!(await this.#create(path, { ...body, metadata: { namespace, name }, spec }))) return;
    }
    this.#heldUntilMs = nowMs + BELIEF_MS;
  }

  /** False: another replica created it meanwhile. */
  async #create(path: string, body: unknown): Promise<boolean> {
    try {
      await this.#rest.send({ method: 'POST', path, body });
      return true;
    } catch (error) {
      if (isStatus(error, 409)) return false;
      throw error;
    }
  }

  /** Releases the lease, so that another replica need not wait. @throws KubeError */
  async release(nowMs: number): Promise<void> {
    if (!this.holds(nowMs)) return;
    this.#heldUntilMs = 0;
    const { namespace, name } = this.#options;
    await this.#rest.send({
      method: 'PATCH',
      path: `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`,
      contentType: 'application/merge-patch+json',
      body: { spec: { holderIdentity: '' } },
    });
  }

  #free({ spec }: z.infer<typeof lease>, nowMs: number): boolean {
    const holder = spec?.holderIdentity ?? '';
    if (holder === '' || holder === this.#options.identity) return true;
    const renewTime = spec?.renewTime ?? '';
    if (renewTime !== this.#seen.renewTime) this.#seen = { renewTime, atMs: nowMs };
    return nowMs - this.#seen.atMs > DURATION_S * 1000;
  }
}
