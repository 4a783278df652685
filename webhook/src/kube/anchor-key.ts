import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { z } from 'zod';

import { isStatus, type Rest } from './rest.ts';

const secret = z.looseObject({ data: z.record(z.string(), z.string()).nullish() });

const FIELD = 'anchor.key';

/**
 * The key that countersigns heads and signs the fleet log: created once and kept in a Secret. Never replaced: an unreadable one is an
 * error, because a new one would invalidate everything that the old one signed. @throws KubeError, and Error if the Secret holds no such
 * key
 */
export async function anchorKey(rest: Rest, namespace: string, name: string): Promise<KeyObject> {
  const path = `/api/v1/namespaces/${namespace}/secrets`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { data } = secret.parse(await rest.send({ method: 'GET', path: `${path}/${name}` }));
      return readKey(Buffer.from(data?.[FIELD] ?? '', 'base64').toString('utf8'), name);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    try {
      await rest.send({ method: 'POST', path, body: body(namespace, name, pem) });
      return createPrivateKey(pem);
    } catch (error) {
      if (!isStatus(error, 409) || attempt === 3) throw error;
    }
  }
}

function readKey(pem: string, name: string): KeyObject {
  const wrong = (): Error => new Error(`Secret ${name}: expected an Ed25519 key in PEM under ${FIELD}`);
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw Object.assign(wrong(), { cause });
  }
  throw wrong();
}

function body(namespace: string, name: string, pem: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'Opaque',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/managed-by': 'llm-boundary' } },
    data: { [FIELD]: Buffer.from(pem).toString('base64') },
  };
}
