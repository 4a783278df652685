import type { CompletePolicy } from '../layers/fill.ts';
import { compilePasses } from '../patterns/endpoint.ts';
import type { ClusterIssuer, CompiledCallers, CompiledIssuer } from './compiled-callers.ts';
import type { AbsentNames } from './condition-names.ts';

type Callers = CompletePolicy['callers'];

/** `cluster`: null where its keys are not known, so that no token of a service account verifies. */
export function compileCallers(
  { require, mode, jwt = [], serviceAccounts = [] }: Callers,
  cluster: ClusterIssuer | null,
): CompiledCallers {
  const issuers = [
    ...jwt.map(({ jwks: { keys = [], url }, groupsClaim = null, ...issuer }): CompiledIssuer => ({
      ...issuer,
      via: 'jwt',
      keys: url === undefined ? { kind: 'listed', keys } : { kind: 'fetched', url },
      groupsClaim,
    })),
    ...(cluster === null ? [] : serviceAccounts.map((each) => serviceAccountsOf(cluster, each))),
  ];
  return {
    require: require !== false,
    excepts: typeof require === 'boolean' ? () => false : compilePasses(require.except.allOf),
    mode,
    issuers,
    headers: [...new Set([...jwt, ...serviceAccounts].map(({ header }) => header))],
  };
}

function serviceAccountsOf(
  { issuer, keys }: ClusterIssuer,
  entry: NonNullable<Callers['serviceAccounts']>[number],
): CompiledIssuer {
  return {
    ...entry,
    via: 'service-account',
    issuer,
    keys: { kind: 'listed', keys },
    algorithms: ['RS256', 'ES256', 'ES384', 'ES512'],
    subjectClaim: ['sub'],
    groupsClaim: null,
  };
}

const NO_WAY =
  'callers.jwt of the policy names no issuer and callers.serviceAccounts has no entry, so no caller is ever verified';

/** What conditions may ask of inbound callers, and why not of the rest. */
export function namesOfCallers({ jwt = [], serviceAccounts = [] }: Callers): AbsentNames {
  if (jwt.length === 0 && serviceAccounts.length === 0)
    return {
      'caller.subject': NO_WAY,
      'caller.issuer': NO_WAY,
      'caller.claims': NO_WAY,
      'caller.actor': NO_WAY,
      'caller.groups': NO_WAY,
    };
  const isGrouped = serviceAccounts.length > 0 || jwt.some(({ groupsClaim }) => groupsClaim !== undefined);
  return isGrouped
    ? {}
    : {
        'caller.groups':
          'no issuer of callers.jwt has a groupsClaim; name the claim that holds the groups there',
      };
}
