import { z } from 'zod';

import type { Rest } from './rest.ts';

const discovery = z.looseObject({ issuer: z.string().min(1) });
const keySet = z.looseObject({ keys: z.array(z.looseObject({ kid: z.string().nullish() })) });

/** RFC 7517 §8.5.2; the API server serves the keys as nothing else. */
const JWK_SET = 'application/jwk-set+json';

/**
 * The issuer and the keys of the cluster's service-account tokens, as sidecars read them for `callers.serviceAccounts`: the same text for the
 * same keys. From the API server itself, whatever `jwks_uri` says. `console`: subject of the console's account, which may ask sidecars for
 * their last exchanges; null: there is no console. @throws KubeError; ZodError if an answer is something else
 */
export async function readServiceAccountIssuer(rest: Rest, console: string | null): Promise<string> {
  const { issuer } = discovery.parse(
    await rest.send({ method: 'GET', path: '/.well-known/openid-configuration' }),
  );
  const { keys } = keySet.parse(await rest.send({ method: 'GET', path: '/openid/v1/jwks', accept: JWK_SET }));
  const sorted = keys.toSorted((a, b) => ((a.kid ?? '') < (b.kid ?? '') ? -1 : 1));
  return `${JSON.stringify({ issuer, jwks: { keys: sorted }, ...(console === null ? {} : { console }) })}\n`;
}
