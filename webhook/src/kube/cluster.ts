import { z } from 'zod';

import { LABELS, parseNamespace, parsePod, type Namespace } from '../inject/index.ts';
import { mountedBy, parseConfigMap, PolicyCatalogue, type Wanted } from '../policies/index.ts';
import { phaseOf, type RunningPod } from '../posture/snapshot.ts';
import { Reflector } from './reflector.ts';
import { ClusterPublishedStore } from './published-store.ts';
import type { Rest } from './rest.ts';

/** The oldest minor version of Kubernetes 1: native sidecars are on by default since 1.29, and ValidatingAdmissionPolicy is stable since 1.30. */
const MIN_MINOR = 30;

const version = z.looseObject({ minor: z.string() });

/** The cluster's state that decisions depend on, in memory. Owns the reflectors. */
export class ClusterState {
  readonly catalogue: PolicyCatalogue;
  readonly published: ClusterPublishedStore;
  readonly #namespaces = new Map<string, Namespace>();
  readonly #pods = new Map<string, RunningPod>();
  readonly #mirrors: Readonly<Record<'namespaces' | 'policies' | 'published' | 'pods', Reflector>>;
  #runs: readonly Promise<void>[] = [];

  constructor(rest: Rest, systemNamespace: string, onChange: () => void, onError: (error: unknown) => void) {
    this.catalogue = new PolicyCatalogue(systemNamespace);
    this.published = new ClusterPublishedStore(rest);
    const mirror = (
      path: string,
      set: (object: unknown) => void,
      drop: (ns: string, name: string) => void,
      labelSelector?: string,
    ): Reflector =>
      new Reflector(rest, {
        path,
        ...(labelSelector === undefined ? {} : { labelSelector }),
        onSet: (object) => {
          set(object);
          onChange();
        },
        onDelete: (namespace, name) => {
          drop(namespace, name);
          onChange();
        },
        onError,
      });
    this.#mirrors = {
      namespaces: mirror(
        '/api/v1/namespaces',
        (object) => this.#setNamespace(object),
        (_, name) => void this.#namespaces.delete(name),
      ),
      policies: mirror(
        '/api/v1/configmaps',
        (object) => this.#setPolicy(object),
        (namespace, name) => this.catalogue.delete(namespace, name),
        `${LABELS.policy}=true`,
      ),
      published: mirror(
        '/api/v1/configmaps',
        (object) => this.#setPublished(object),
        (namespace, name) => this.published.delete(namespace, name),
        `${LABELS.published}=true`,
      ),
      pods: mirror(
        '/api/v1/pods',
        (object) => this.#setPod(object),
        (namespace, name) => void this.#pods.delete(`${namespace}/${name}`),
      ),
    };
  }

  start(): void {
    this.#runs = Object.values(this.#mirrors).map((mirror) => mirror.run());
  }

  async stop(): Promise<void> {
    Object.values(this.#mirrors).forEach((mirror) => mirror.stop());
    await Promise.all(this.#runs);
  }

  /** Missing state; null: admission has everything it needs. */
  missing(): string | null {
    const { namespaces, policies } = this.#mirrors;
    if (!namespaces.synced) return 'namespaces are not listed yet';
    return policies.synced ? null : 'policies are not listed yet';
  }

  /** Seconds since the last event of each list, by name. Unsynced lists are omitted. */
  ages(nowMs: number): Readonly<Record<string, number>> {
    return Object.fromEntries(
      Object.entries(this.#mirrors).flatMap(([name, { lastEventMs }]) =>
        lastEventMs === null ? [] : [[name, Math.max(0, nowMs - lastEventMs) / 1000]],
      ),
    );
  }

  /** True when publishing may start: with an incomplete list, policies would look unused. */
  complete(): boolean {
    return Object.values(this.#mirrors).every(({ synced }) => synced);
  }

  namespace(name: string): Namespace | null {
    return this.#namespaces.get(name) ?? null;
  }

  namespaces(): readonly Namespace[] {
    return [...this.#namespaces.values()];
  }

  pods(): readonly RunningPod[] {
    return [...this.#pods.values()];
  }

  /** The policies mounted by sidecars of running pods. */
  mounted(): readonly Wanted[] {
    return this.pods().flatMap(({ pod, phase }) => mountedBy(pod, phase) ?? []);
  }

  /** Number of pods that mount a policy which would be gone without this ConfigMap. The embedded default replaces `default`. */
  readonly dependents = (namespace: string, name: string): number =>
    this.catalogue.isOnlySource(namespace, name)
      ? this.mounted().filter((wanted) => wanted.name === name).length
      : 0;

  #setNamespace(object: unknown): void {
    const parsed = parseNamespace(object);
    if (parsed.ok) this.#namespaces.set(parsed.value.metadata.name, parsed.value);
  }

  #setPolicy(object: unknown): void {
    const map = parseConfigMap(object);
    if (map !== null && map.metadata.labels?.[LABELS.published] !== 'true') this.catalogue.set(map);
  }

  #setPublished(object: unknown): void {
    const map = parseConfigMap(object);
    if (map !== null) this.published.set(map);
  }

  #setPod(object: unknown): void {
    const parsed = parsePod(object);
    if (!parsed.ok) return;
    const { metadata } = parsed.value;
    // Who wrote which field is half of a pod, and read by no part of this.
    if (metadata !== null && metadata !== undefined) delete metadata['managedFields'];
    this.#pods.set(`${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`, {
      pod: parsed.value,
      phase: phaseOf(object),
    });
  }
}

/** @throws KubeError, and if the cluster is too old */
export async function checkVersion(rest: Rest): Promise<void> {
  const { minor } = version.parse(await rest.send({ method: 'GET', path: '/version' }));
  if (Number.parseInt(minor, 10) < MIN_MINOR) {
    throw new Error(`Kubernetes 1.${minor}: expected 1.${MIN_MINOR} or newer`);
  }
}
