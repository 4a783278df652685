import { z } from 'zod';

import { CONTAINERS } from '../inject/index.ts';
import type { PodIdentity } from './registry.ts';

const status = z.looseObject({
  name: z.string(),
  imageID: z.string().nullish(),
  state: z.looseObject({ running: z.looseObject({ startedAt: z.string().nullish() }).nullish() }).nullish(),
});

const schema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().nullish(), uid: z.string() }),
  spec: z.looseObject({
    initContainers: z.array(z.looseObject({ name: z.string() })).nullish(),
  }),
  status: z
    .looseObject({ phase: z.string().nullish(), initContainerStatuses: z.array(status).nullish() })
    .nullish(),
});

/** A pod with a sidecar. */
export interface GuardedPod extends PodIdentity {
  /** Start of its sidecar, by the anchor's clock; null: it never ran. */
  readonly runningSinceMs: number | null;
  /** Image of the sidecar with its digest; null: unknown. */
  readonly image: string | null;
  /** When it ended or was deleted; null: it is running. */
  readonly endedMs: number | null;
}

type Life = Pick<GuardedPod, 'runningSinceMs' | 'image' | 'endedMs'>;

const NO_LIFE: Life = { runningSinceMs: null, image: null, endedMs: null };

/** The pods with a sidecar, maintained by a watch; ended ones remain until they are forgotten. */
export class PodTable {
  readonly #pods = new Map<string, GuardedPod>();
  readonly #names = new Map<string, string>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(uid: string): GuardedPod | null {
    return this.#pods.get(uid) ?? null;
  }

  all(): IterableIterator<GuardedPod> {
    return this.#pods.values();
  }

  /** A new or changed pod of any kind. */
  set(object: unknown): void {
    const parsed = schema.safeParse(object);
    if (!parsed.success) return;
    const { metadata, spec, status: state } = parsed.data;
    if (!(spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.sidecar)) return;
    const namespace = metadata.namespace ?? '';
    const known = this.#pods.get(metadata.uid);
    this.#replaced(`${namespace}/${metadata.name}`, metadata.uid);
    this.#pods.set(metadata.uid, {
      namespace,
      name: metadata.name,
      uid: metadata.uid,
      ...this.#lifeOf(state, known ?? NO_LIFE),
    });
  }

  delete(namespace: string, name: string): void {
    const uid = this.#names.get(`${namespace}/${name}`);
    if (uid !== undefined) this.#end(uid);
    this.#names.delete(`${namespace}/${name}`);
  }

  /** A pod known only from its log: it was deleted while the watch was down. */
  gone(pod: PodIdentity): void {
    if (!this.#pods.has(pod.uid))
      this.#pods.set(pod.uid, { ...pod, runningSinceMs: null, image: null, endedMs: this.#now() });
  }

  forget(uid: string): void {
    const pod = this.#pods.get(uid);
    this.#pods.delete(uid);
    if (pod !== undefined && this.#names.get(`${pod.namespace}/${pod.name}`) === uid)
      this.#names.delete(`${pod.namespace}/${pod.name}`);
  }

  /** A StatefulSet recreates a pod under its name, and the watch may have missed the deletion. */
  #replaced(key: string, uid: string): void {
    const before = this.#names.get(key);
    if (before !== undefined && before !== uid) this.#end(before);
    this.#names.set(key, uid);
  }

  #lifeOf(state: z.infer<typeof schema>['status'], before: Life): Life {
    const sidecar = (state?.initContainerStatuses ?? []).find(({ name }) => name === CONTAINERS.sidecar);
    const runs = (sidecar?.state?.running ?? null) !== null;
    const hasEnded = ['Succeeded', 'Failed'].includes(state?.phase ?? '');
    return {
      runningSinceMs: before.runningSinceMs ?? (runs ? this.#now() : null),
      image: imageOf(sidecar?.imageID) ?? before.image,
      endedMs: hasEnded ? (before.endedMs ?? this.#now()) : null,
    };
  }

  #end(uid: string): void {
    const pod = this.#pods.get(uid);
    if (pod?.endedMs === null) this.#pods.set(uid, { ...pod, endedMs: this.#now() });
  }
}

/** Also `docker-pullable://NAME@sha256:…` of older runtimes. */
function imageOf(imageId: string | null | undefined): string | null {
  const image = (imageId ?? '').replace(/^[a-z-]+:\/\//, '').slice(0, 512);
  return image === '' ? null : image;
}
