import { CONTAINERS } from '../inject/index.ts';
import { contentOf, imageOf, parsePod, type PodContent, type WatchedPod } from './pod-content.ts';
import type { PodIdentity } from './registry.ts';

/** A pod with a sidecar. */
export interface GuardedPod extends PodIdentity, PodContent {
  /** Start of its sidecar, by the anchor's clock; null: it never ran. */
  readonly runningSinceMs: number | null;
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
    const pod = parsePod(object);
    if (pod === null) return;
    const { metadata, spec, status: state } = pod;
    if (!(spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.sidecar)) return;
    const namespace = metadata.namespace ?? '';
    const known = this.#pods.get(metadata.uid);
    this.#replaced(`${namespace}/${metadata.name}`, metadata.uid);
    this.#pods.set(metadata.uid, {
      namespace,
      name: metadata.name,
      uid: metadata.uid,
      ...this.#lifeOf(state, known ?? NO_LIFE),
      ...contentOf(pod),
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
      this.#pods.set(pod.uid, {
        ...pod,
        ...NO_LIFE,
        containers: [],
        labels: [],
        owner: null,
        endedMs: this.#now(),
      });
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

  #lifeOf(state: WatchedPod['status'], before: Life): Life {
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
