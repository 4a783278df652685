import { z } from 'zod';

import type { ClusterIssuer } from '../compile/compiled-callers.ts';
import { jwk } from '../keys/callers/jwk.ts';
import { PolicyInvalid } from '../kinds/problem.ts';
import type { NamedText } from './policy-files.ts';

/** Keys of other kinds verify nothing here, and take nothing from the rest. */
const keys = z
  .array(z.unknown())
  .transform((listed) => listed.flatMap((each) => jwk.safeParse(each).data ?? []));

const clusterIssuer = z.object({
  issuer: z.string().min(1).max(500),
  jwks: z.object({ keys }),
  console: z
    .string()
    .regex(/^system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+$/)
    .optional(),
});

/**
 * Reads `service-accounts.json`, which the webhook writes: `issuer` of the cluster's discovery document, its JWK Set, and,
 * where there is a console, the subject of its service account.
 * @throws PolicyInvalid
 */
export function parseClusterIssuer({ source, text }: NamedText): ClusterIssuer {
  const read = clusterIssuer.safeParse(jsonIn(text));
  if (read.success) {
    const { issuer, jwks, console = null } = read.data;
    return { issuer, keys: jwks.keys, console };
  }
  const message = 'expected JSON with issuer and jwks.keys, as the webhook writes it';
  throw new PolicyInvalid([{ source, line: null, column: null, path: '', message }]);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
