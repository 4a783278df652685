import { z } from 'zod';

import { Reflector } from './reflector.ts';
import type { Rest } from './rest.ts';

const SELECTOR = 'app.kubernetes.io/name=llm-boundary,app.kubernetes.io/component=webhook';
const FLAG = '--sidecar-image=';

/** The parts of a ReplicaSet from which the injected sidecar is derived. */
const replicaSet = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    replicas: z.number().int().nullish(),
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(z.looseObject({ args: z.array(z.string()).nullish() })),
      }),
    }),
  }),
});

/**
 * Images of the sidecar that replicas of the webhook inject, including those of another release: during an upgrade, a pod injected by one
 * replica may be validated by another. Writers of ReplicaSets in the webhook's namespace are trusted.
 */
export class ReleaseImages {
  readonly #images = new Map<string, readonly string[]>();
  readonly #reflector: Reflector;
  #run: Promise<void> = Promise.resolve();

  /** @param namespace the webhook's own */
  constructor(rest: Rest, namespace: string, onError: (error: unknown) => void) {
    this.#reflector = new Reflector(rest, {
      path: `/apis/apps/v1/namespaces/${namespace}/replicasets`,
      labelSelector: SELECTOR,
      onSet: (object) => this.#set(object),
      onDelete: (_namespace, name) => void this.#images.delete(name),
      onError,
    });
  }

  start(): void {
    this.#run = this.#reflector.run();
  }

  async stop(): Promise<void> {
    this.#reflector.stop();
    await this.#run;
  }

  /** Each image once, unordered. */
  all(): readonly string[] {
    return [...new Set([...this.#images.values()].flat())];
  }

  #set(object: unknown): void {
    const parsed = replicaSet.safeParse(object);
    if (!parsed.success) return;
    const { metadata, spec } = parsed.data;
    const images = spec.template.spec.containers
      .flatMap(({ args }) => args ?? [])
      .filter((argument) => argument.startsWith(FLAG))
      .map((argument) => argument.slice(FLAG.length));
    if ((spec.replicas ?? 1) > 0) this.#images.set(metadata.name, images);
    else this.#images.delete(metadata.name);
  }
}
