import { z } from 'zod';

import { overlap } from '../certs/bundle.ts';
import { isStatus, type Rest } from './rest.ts';

const map = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});

const ANCHOR_CA = { configMap: 'llm-boundary-anchor-ca', key: 'ca.crt' } as const;

function pathOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

/** The certificates that sidecars trust for the anchor: PEM. Null: the anchor has not written them yet. @throws KubeError */
export async function readAnchorCa(rest: Rest, namespace: string): Promise<string | null> {
  try {
    const path = `${pathOf(namespace)}/${ANCHOR_CA.configMap}`;
    return map.parse(await rest.send({ method: 'GET', path })).data?.[ANCHOR_CA.key] ?? null;
  } catch (error) {
    if (isStatus(error, 404)) return null;
    throw error;
  }
}

/** A ConfigMap with the CA of the anchor, from which the webhook publishes it to the namespaces of workloads. */
export class TrustConfigMap {
  readonly #rest: Rest;
  readonly #namespace: string;

  constructor(rest: Rest, namespace: string) {
    this.#rest = rest;
    this.#namespace = namespace;
  }

  /** Previously trusted certificates stay until they expire. @throws KubeError */
  async trust(certificate: string, nowMs: number): Promise<void> {
    const path = pathOf(this.#namespace);
    const at = `${path}/${ANCHOR_CA.configMap}`;
    let found: z.infer<typeof map> | null = null;
    try {
      found = map.parse(await this.#rest.send({ method: 'GET', path: at }));
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
    const bundle = overlap(certificate, found?.data?.[ANCHOR_CA.key] ?? '', nowMs);
    if (found?.data?.[ANCHOR_CA.key] === bundle) return;
    const body = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: ANCHOR_CA.configMap,
        namespace: this.#namespace,
        labels: { 'app.kubernetes.io/managed-by': 'llm-boundary' },
        ...(found === null ? {} : { resourceVersion: found.metadata.resourceVersion }),
      },
      data: { [ANCHOR_CA.key]: bundle },
    };
    await this.#rest.send(
      found === null ? { method: 'POST', path, body } : { method: 'PUT', path: at, body },
    );
  }
}
