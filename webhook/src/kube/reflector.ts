import { z } from 'zod';

import { KubeError, type Rest } from './rest.ts';

/** Objects of one answer: a list of thousands of pods is tens of megabytes. */
const PAGE = '500';
const RETRY_MS = 2000;
/** The server ends a watch after this time; missed changes are listed again. */
const WATCH_S = 240;
/** A watch that the server did not end in time is cut. */
const CUT_MS = 270_000;

const item = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().nullish(),
    resourceVersion: z.string().nullish(),
  }),
});
const list = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string(), continue: z.string().nullish() }),
  items: z.array(item),
});
const event = z.looseObject({ type: z.string(), object: z.unknown() });

export interface MirrorSpec {
  /** `/api/v1/pods` */
  readonly path: string;
  readonly labelSelector?: string;
  /** A new or changed object. */
  readonly onSet: (object: unknown) => void;
  readonly onDelete: (namespace: string, name: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Reports every object of one kind to its owner, by list and watch. Retries for ever. */
export class Reflector {
  readonly #rest: Pick<Rest, 'send' | 'watch'>;
  readonly #spec: MirrorSpec;
  /** `NAMESPACE/NAME` → resource version. */
  readonly #known = new Map<string, string>();
  readonly #stop = new AbortController();
  readonly #stopped = (): boolean => this.#stop.signal.aborted;
  #synced = false;
  #lastEventMs: number | null = null;

  constructor(rest: Pick<Rest, 'send' | 'watch'>, spec: MirrorSpec) {
    this.#rest = rest;
    this.#spec = spec;
  }

  /** The first list is complete. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Time of the last list, change or bookmark. Null: none yet. Unix time. */
  get lastEventMs(): number | null {
    return this.#lastEventMs;
  }

  /** Runs until {@link stop}. Never throws. */
  async run(): Promise<void> {
    while (!this.#stopped()) {
      try {
        await this.#watch(await this.#list());
      } catch (error) {
        if (this.#stopped()) return;
        this.#spec.onError(error);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (0.5 + Math.random())));
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  #query(more: Readonly<Record<string, string>>): string {
    const { path, labelSelector } = this.#spec;
    const query = new URLSearchParams({ ...(labelSelector === undefined ? {} : { labelSelector }), ...more });
    return `${path}?${query.toString()}`;
  }

  /** @returns the version to watch from */
  async #list(): Promise<string> {
    const gone = new Set(this.#known.keys());
    let next: string | null = null;
    let version: string;
    do {
      const query: Record<string, string> = { limit: PAGE, ...(next === null ? {} : { continue: next }) };
      const found = list.parse(await this.#rest.send({ method: 'GET', path: this.#query(query) }));
      for (const object of found.items) gone.delete(this.#set(object));
      version = found.metadata.resourceVersion;
      next = found.metadata.continue ?? '';
    } while (next !== '');
    for (const key of gone) this.#delete(key);
    this.#synced = true;
    this.#lastEventMs = Date.now();
    return version;
  }

  async #watch(resourceVersion: string): Promise<void> {
    const path = this.#query({
      watch: 'true',
      // About one a minute without other events.
      allowWatchBookmarks: 'true',
      resourceVersion,
      timeoutSeconds: String(WATCH_S),
    });
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(CUT_MS)]);
    await this.#rest.watch(
      path,
      (line) => {
        const { type, object } = event.parse(line);
        this.#lastEventMs = Date.now();
        if (type === 'BOOKMARK') return;
        if (type === 'ERROR') throw new KubeError(410, 'the watch has lost its place');
        const parsed = item.parse(object);
        if (type === 'DELETED') this.#delete(keyOf(parsed));
        else this.#set(parsed);
      },
      signal,
    );
  }

  #set(object: z.infer<typeof item>): string {
    const key = keyOf(object);
    const version = object.metadata.resourceVersion ?? '';
    if (this.#known.get(key) !== version) {
      this.#known.set(key, version);
      this.#spec.onSet(object);
    }
    return key;
  }

  #delete(key: string): void {
    if (!this.#known.delete(key)) return;
    const slash = key.indexOf('/');
    this.#spec.onDelete(key.slice(0, slash), key.slice(slash + 1));
  }
}

function keyOf({ metadata }: z.infer<typeof item>): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
