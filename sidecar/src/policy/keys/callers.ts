import { z } from 'zod';

import { allAgree, allowList, type AllowList } from '../kinds/allow-list.ts';
import { sorted } from '../kinds/canonical-json.ts';
import { key, mapping, section } from '../kinds/key.ts';
import { mode } from '../kinds/mode.ts';
import { common, fixed, strict, type Rule } from '../kinds/rule.ts';
import { audience, header, issuers, issuersOfLayers } from './caller-issuers.ts';
import { passEntry } from './endpoints.ts';

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

/** How tokens of service accounts are read. At most one entry. */
type ServiceAccounts = z.output<typeof serviceAccount.schema>[];

const serviceAccountsOfLayers: Rule<ServiceAccounts> = {
  meet: (a, b) =>
    a.flatMap((own) =>
      b
        .filter((other) => own.header === other.header)
        .map((other) => serviceAccount.meet(own, other))
        .filter(({ audience: meant }) => meant.length > 0),
    ),
  canonical: (entries) => sorted(entries.map((each) => serviceAccount.canonical(each))),
};

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
    serviceAccountsOfLayers,
  ),
});

type Callers = z.output<typeof table.schema>;

/** A layer that names one way of verifying callers means this one and no other. */
function closed(value: Callers): Callers {
  const { jwt, serviceAccounts } = value;
  if (jwt === undefined && serviceAccounts === undefined) return value;
  return { ...value, jwt: jwt ?? [], serviceAccounts: serviceAccounts ?? [] };
}

/** As short as it can be written: `jwt: []` where nothing is left of the ways. */
function written(value: Callers): Callers {
  const { jwt, serviceAccounts, ...rest } = closed(value);
  if (jwt === undefined || serviceAccounts === undefined) return rest;
  return {
    ...rest,
    ...(jwt.length > 0 || serviceAccounts.length === 0 ? { jwt } : {}),
    ...(serviceAccounts.length > 0 ? { serviceAccounts } : {}),
  };
}

export const callers: typeof table = {
  ...table,
  meet: (a, b) => table.meet(closed(a), closed(b)),
  canonical: (value) => table.canonical(written(value)),
};
