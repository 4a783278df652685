import { z } from 'zod';

import { createAuthority, readAuthority, renewAtMs, type PemPair } from '../certs/authority.ts';
import { isStatus, type Rest } from './rest.ts';

const secret = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  data: z.record(z.string(), z.string()).nullish(),
});

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}
function decode(text: string | undefined): string {
  return Buffer.from(text ?? '', 'base64').toString('utf8');
}

/** The Secret with the CA of all replicas. */
export class CaSecret {
  readonly #rest: Rest;
  readonly #namespace: string;
  readonly #name: string;

  constructor(rest: Rest, namespace: string, name: string) {
    this.#rest = rest;
    this.#namespace = namespace;
    this.#name = name;
  }

  /**
   * The current CA. Creates one if it is absent, due for renewal or invalid; if two replicas do so at once, the first wins and the other
   * uses its result. @param known written back if the Secret was deleted @throws KubeError
   */
  async authority(known: PemPair | null, nowMs: number): Promise<PemPair> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#readOrMake(known, nowMs);
      } catch (error) {
        if (!isStatus(error, 409) || attempt === 3) throw error;
      }
    }
  }

  async #readOrMake(known: PemPair | null, nowMs: number): Promise<PemPair> {
    const path = `/api/v1/namespaces/${this.#namespace}/secrets`;
    let resourceVersion: string | null = null;
    try {
      const found = secret.parse(await this.#rest.send({ method: 'GET', path: `${path}/${this.#name}` }));
      const pair = readAuthority(decode(found.data?.['tls.crt']), decode(found.data?.['tls.key']), nowMs);
      if (pair !== null && nowMs < renewAtMs(pair)) return pair;
      ({ resourceVersion } = found.metadata);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
    const fresh = known !== null && nowMs < renewAtMs(known) ? known : await createAuthority(nowMs);
    const body = this.#body(fresh, resourceVersion);
    await this.#rest.send(
      resourceVersion === null
        ? { method: 'POST', path, body }
        : { method: 'PUT', path: `${path}/${this.#name}`, body },
    );
    return fresh;
  }

  #body({ certificate, key }: PemPair, resourceVersion: string | null): unknown {
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/tls',
      metadata: {
        name: this.#name,
        namespace: this.#namespace,
        labels: { 'app.kubernetes.io/managed-by': 'llm-boundary' },
        ...(resourceVersion === null ? {} : { resourceVersion }),
      },
      data: { 'tls.crt': encode(certificate), 'tls.key': encode(key), 'ca.crt': encode(certificate) },
    };
  }
}
