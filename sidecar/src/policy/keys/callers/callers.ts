import { isIP } from 'node:net';

import { z } from 'zod';

import { allAgree, allowList, type AllowList } from '../../kinds/allow-list.ts';
import { key, mapping, section } from '../../kinds/key.ts';
import { mode } from '../../kinds/mode.ts';
import { common, fixed, paired, strict, type Rule } from '../../kinds/rule.ts';
import { apiKeys, apiKeysOfLayers } from './api-keys.ts';
import { audience, header, issuers, issuersOfLayers } from './issuers.ts';
import { passEntry } from '../endpoints.ts';

const serviceAccount = mapping({
  audience: key(
    audience.describe(
      'Tokens must be meant for one of these: that of `serviceAccountToken` in a projected volume of the caller. A text or a list. Only those that all layers have count.',
    ),
    common<string>(),
  ),
  header: key(
    header
      .default('authorization')
      .describe('The header with the token, as in `jwt`. Layers must agree. Default: `authorization`.'),
    fixed<string>(),
  ),
  forward: key(
    z
      .boolean()
      .default(false)
      .describe(
        'Whether the model server gets the token, once it is verified. `false` of any layer wins. Default: false.',
      ),
    strict<boolean>(false),
  ),
});

const PEER_EXPECTED = 'expected an address or a range of addresses, such as "127.0.0.6" or "10.0.0.0/8"';
const DOMAIN_EXPECTED = 'expected a trust domain of SPIFFE in lower case, such as "cluster.local"';

const peer = z
  .string({ error: PEER_EXPECTED })
  .max(64, { error: PEER_EXPECTED })
  .refine(isRange, { error: PEER_EXPECTED });

function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const mesh = mapping({
  peers: key(
    z
      .array(peer)
      .min(1)
      .max(64)
      .describe(
        'Addresses from which the proxy of the mesh connects: `127.0.0.6` for that of Istio in the same pod. The header counts from these alone. Layers must agree on each.',
      ),
    common<string>(),
  ),
  trustDomains: key(
    z
      .array(z.string({ error: DOMAIN_EXPECTED }).regex(/^[a-z0-9._-]{1,255}$/, { error: DOMAIN_EXPECTED }))
      .min(1)
      .max(16)
      .describe('Trust domains whose workloads are callers. Only those that all layers have count.'),
    common<string>(),
  ),
});

const REQUIRE_EXPECTED = 'expected true, false or a mapping of except';

/** Whether callers must be verified: false, or all but the listed routes. */
type Required = boolean | { readonly except: AllowList<string> };

const exceptions = allAgree<string>();

/** The one that asks more often. */
const requiredByLayers: Rule<Required> = {
  meet(a, b) {
    if (a === false || b === true) return b;
    if (b === false || a === true) return a;
    return { except: exceptions.meet(a.except, b.except) };
  },
  canonical(value) {
    if (typeof value === 'boolean') return value;
    const except = exceptions.canonical(value.except);
    return except.allOf.some((list) => list.length === 0) ? true : { except };
  },
};

const table = section({
  mode,
  require: key(
    z
      .union(
        [
          z.boolean(),
          z.strictObject({
            except: allowList(
              passEntry,
              'Routes for which a caller need not be verified, as in `endpoints.pass`: `[builtin]` for health checks.',
            ),
          }),
        ],
        { error: REQUIRE_EXPECTED },
      )
      .optional()
      .describe(
        'Refuses every inbound request whose caller is not verified (401 `caller_not_verified`), routes of `endpoints.pass` included; CORS preflights, which never have credentials, excepted. `require: { except: [builtin] }` lets health checks and other listed routes through. Ports of `endpoints.tcp` speak no HTTP and have no callers. `true` of any layer wins. Default: false.',
      ),
    requiredByLayers,
    { default: false },
  ),
  jwt: key(
    issuers
      .optional()
      .describe(
        'Issuers whose JSON Web Tokens verify callers of the inbound listener. Only issuers that all layers with `callers` have count. A caller without a valid token is anonymous. Default: none.',
      ),
    issuersOfLayers,
  ),
  serviceAccounts: key(
    z
      .array(serviceAccount.schema)
      .max(1)
      .optional()
      .describe(
        'Tokens of the service accounts of the cluster verify callers: at most one entry. The webhook brings the issuer and the keys of the cluster (`service-accounts.json` beside the policy). `caller.subject` is `system:serviceaccount:NAMESPACE:NAME`, and `caller.groups` are those that the API server would give it. Default: none.',
      ),
    paired(
      serviceAccount,
      ({ audience: meant }) => meant.length > 0,
      (a, b) => a.header === b.header,
    ),
  ),
  apiKeys: key(
    apiKeys
      .optional()
      .describe(
        'Files with hashes of API keys, which verify callers: `caller.subject` and `caller.groups` are those of the entry, `caller.issuer` is `api-keys:FILE`. Keys begin with `llmb_`; other credentials in the same headers are the model server’s. Default: none.',
      ),
    apiKeysOfLayers,
  ),
  mesh: key(
    z
      .array(mesh.schema)
      .max(1)
      .optional()
      .describe(
        'The proxy of a service mesh verifies callers by mutual TLS, and says who they are in `x-forwarded-client-cert`: at most one entry. `caller.subject` is the SPIFFE ID of the last element, and `caller.issuer` its trust domain. Default: none.',
      ),
    paired(mesh, ({ peers, trustDomains }) => peers.length > 0 && trustDomains.length > 0),
  ),
});

type Callers = z.output<typeof table.schema>;

const WAYS = ['jwt', 'serviceAccounts', 'apiKeys', 'mesh'] as const;

/** A layer that names one way of verifying callers means this one and no other. */
function closed(value: Callers): Callers {
  if (WAYS.every((way) => value[way] === undefined)) return value;
  return { jwt: [], serviceAccounts: [], apiKeys: [], mesh: [], ...value };
}

/** As short as it can be written: `jwt: []` where nothing is left of the ways. */
function written(value: Callers): Callers {
  const { jwt, serviceAccounts, apiKeys: keys, mesh: meshes, ...rest } = value;
  const ways = { jwt, serviceAccounts, apiKeys: keys, mesh: meshes };
  const left = Object.fromEntries(
    WAYS.flatMap((way) => ((ways[way]?.length ?? 0) > 0 ? [[way, ways[way]]] : [])),
  );
  const isNamed = WAYS.some((way) => ways[way] !== undefined);
  return { ...rest, ...(isNamed && Object.keys(left).length === 0 ? { jwt: [] } : left) };
}

export const callers: typeof table = {
  ...table,
  meet: (a, b) => table.meet(closed(a), closed(b)),
  canonical: (value) => table.canonical(written(value)),
};
