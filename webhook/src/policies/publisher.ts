import { publishedName } from '../inject/index.ts';
import type { PolicyCatalogue } from './catalogue.ts';
import type { PolicyConfigMap } from './layer.ts';
import { publishedConfigMap, type PublishedConfigMap } from './published.ts';
import type { Wanted } from './wanted.ts';

/** How long an unused policy stays, for a workload that is being replaced. */
const UNUSED_MS = 60_000;

/** Storage of published policies. Implemented by the cluster. */
export interface PublishedStore {
  /** All that carry the label, from memory. */
  list(): readonly PolicyConfigMap[];
  /** Replaces the whole ConfigMap, including changes by others. */
  write(map: PublishedConfigMap): Promise<void>;
  remove(namespace: string, name: string): Promise<void>;
}

export interface PublisherDeps {
  readonly catalogue: PolicyCatalogue;
  readonly store: PublishedStore;
  /** Policies that are or will be mounted, from memory. */
  readonly wanted: () => readonly Wanted[];
  /** Files that accompany every policy: file name to text. */
  readonly beside?: () => Readonly<Record<string, string>>;
  /** One failed write; the others continue, and the next pass retries. */
  readonly onError: (error: unknown, namespace: string, name: string) => void;
}

function key(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function sameEntries(
  found: Readonly<Record<string, string>>,
  expected: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(expected).every(([name, value]) => found[name] === value);
}

/** Data must be exactly ours; others may add labels and annotations. */
function isIntact({ metadata, data }: PolicyConfigMap, expected: PublishedConfigMap): boolean {
  return (
    Object.keys(data ?? {}).length === Object.keys(expected.data).length &&
    sameEntries(data ?? {}, expected.data) &&
    sameEntries(metadata.labels ?? {}, expected.metadata.labels) &&
    sameEntries(metadata.annotations ?? {}, expected.metadata.annotations)
  );
}

/** Brings the published policies into the wanted state. Only the holder of the lease may run it. */
export class Publisher {
  readonly #deps: PublisherDeps;
  /** Since when a published policy is unused. */
  readonly #unused = new Map<string, number>();

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** One pass. Never throws. @returns the number of published policies */
  async reconcile(nowMs: number): Promise<number> {
    const { catalogue, store, wanted, beside } = this.#deps;
    const more = beside?.() ?? {};
    const expected = new Map<string, PublishedConfigMap>();
    for (const { namespace, name, mode } of wanted()) {
      const effective = catalogue.effective(namespace, name, mode);
      if (effective.kind === 'found') {
        const { policy } = effective;
        const map = publishedConfigMap(namespace, { ...policy, data: { ...policy.data, ...more } });
        expected.set(key(namespace, map.metadata.name), map);
      }
    }
    const found = new Map(
      store.list().map((map) => [key(map.metadata.namespace ?? '', map.metadata.name), map]),
    );
    for (const [at, map] of expected) {
      const present = found.get(at);
      if (present === undefined || !isIntact(present, map)) await this.#write(map);
    }
    // Evaluated again: a pod may have mounted a policy during the writes.
    await this.#removeUnused(found, new Set(wanted().flatMap(mountNames)), nowMs);
    return expected.size;
  }

  async #write(map: PublishedConfigMap): Promise<void> {
    const { namespace, name } = map.metadata;
    try {
      await this.#deps.store.write(map);
    } catch (error) {
      this.#deps.onError(error, namespace, name);
    }
  }

  async #removeUnused(
    found: ReadonlyMap<string, PolicyConfigMap>,
    used: ReadonlySet<string>,
    nowMs: number,
  ): Promise<void> {
    for (const at of [...this.#unused.keys()]) if (!found.has(at) || used.has(at)) this.#unused.delete(at);
    for (const [at, { metadata }] of found) {
      if (used.has(at)) continue;
      const since = this.#unused.get(at) ?? nowMs;
      this.#unused.set(at, since);
      if (nowMs - since < UNUSED_MS) continue;
      const namespace = metadata.namespace ?? '';
      try {
        await this.#deps.store.remove(namespace, metadata.name);
      } catch (error) {
        this.#deps.onError(error, namespace, metadata.name);
      }
    }
  }
}

function mountNames({ namespace, name, mode }: Wanted): readonly string[] {
  return [key(namespace, publishedName(name, mode))];
}
