import { z } from 'zod';

import { overlap } from '../certs/bundle.ts';
import { isStatus, type Rest } from './rest.ts';

const configuration = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string() }),
  webhooks: z
    .array(z.looseObject({ clientConfig: z.looseObject({ caBundle: z.string().nullish() }) }))
    .nullish(),
});

/** Limit of conflicts between replicas that start together. */
const ATTEMPTS = 5;

const KINDS = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'] as const;

/** Maintains the CAs that the API server trusts in our webhook configurations, previous ones included. */
export class WebhookConfigurations {
  readonly #rest: Rest;
  readonly #name: string;

  constructor(rest: Rest, name: string) {
    this.#rest = rest;
    this.#name = name;
  }

  /** Null if a configuration does not exist (yet). @returns the bundle in all of them, and whether it was written @throws KubeError */
  async trust(
    certificate: string,
    nowMs: number,
  ): Promise<{ readonly bundle: string; readonly changed: boolean }> {
    let bundle = certificate;
    let changed = false;
    for (const kind of KINDS) {
      const result = await this.#trustAtLast(kind, certificate, nowMs);
      if (result === null) continue;
      bundle = overlap(certificate, `${bundle}${result.bundle}`, nowMs);
      changed ||= result.changed;
    }
    return { bundle, changed };
  }

  /** Another replica may write between our read and our patch: then read again. */
  async #trustAtLast(
    kind: (typeof KINDS)[number],
    certificate: string,
    nowMs: number,
  ): Promise<{ readonly bundle: string; readonly changed: boolean } | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#trustIn(kind, certificate, nowMs);
      } catch (error) {
        // A failed test of a JSON Patch is 422, a lost race within the API server 409.
        const lost = isStatus(error, 422) || isStatus(error, 409);
        if (!lost || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #trustIn(
    kind: (typeof KINDS)[number],
    certificate: string,
    nowMs: number,
  ): Promise<{ readonly bundle: string; readonly changed: boolean } | null> {
    const path = `/apis/admissionregistration.k8s.io/v1/${kind}/${this.#name}`;
    let found: z.infer<typeof configuration>;
    try {
      found = configuration.parse(await this.#rest.send({ method: 'GET', path }));
    } catch (error) {
      if (isStatus(error, 404)) return null;
      throw error;
    }
    const before = (found.webhooks ?? []).map(({ clientConfig }) =>
      Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8'),
    );
    const bundles = before.map((each) => overlap(certificate, each, nowMs));
    const operations = bundles.flatMap((each, index) =>
      each === before[index]
        ? []
        : [
            {
              op: 'add',
              path: `/webhooks/${index}/clientConfig/caBundle`,
              value: Buffer.from(each).toString('base64'),
            },
          ],
    );
    if (operations.length > 0) {
      const guard = { op: 'test', path: '/metadata/resourceVersion', value: found.metadata.resourceVersion };
      await this.#rest.send({
        method: 'PATCH',
        path,
        contentType: 'application/json-patch+json',
        body: [guard, ...operations],
      });
    }
    return { bundle: bundles.join(''), changed: operations.length > 0 };
  }
}
