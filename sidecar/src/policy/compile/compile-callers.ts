import type { CompletePolicy } from '../layers/fill.ts';
import type { CompiledCallers } from './compiled-callers.ts';
import type { AbsentNames } from './condition-names.ts';

export function compileCallers({ require, mode, jwt = [] }: CompletePolicy['callers']): CompiledCallers {
  const issuers = jwt.map(({ jwks, groupsClaim = null, ...issuer }) => ({
    ...issuer,
    keys: jwks.keys,
    groupsClaim,
  }));
  return { require, mode, jwt: issuers, headers: [...new Set(issuers.map(({ header }) => header))] };
}

const NO_ISSUER = 'callers.jwt of the policy names no issuer, so no caller is ever verified';

/** What conditions may ask of inbound callers, and why not of the rest. */
export function namesOfCallers({ jwt }: CompiledCallers): AbsentNames {
  if (jwt.length === 0)
    return {
      'caller.subject': NO_ISSUER,
      'caller.issuer': NO_ISSUER,
      'caller.claims': NO_ISSUER,
      'caller.actor': NO_ISSUER,
      'caller.groups': NO_ISSUER,
    };
  const isGrouped = jwt.some(({ groupsClaim }) => groupsClaim !== null);
  return isGrouped
    ? {}
    : {
        'caller.groups':
          'no issuer of callers.jwt has a groupsClaim; name the claim that holds the groups there',
      };
}
