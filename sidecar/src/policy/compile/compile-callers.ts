import { BlockList, isIPv6 } from 'node:net';

import type { CompletePolicy } from '../layers/fill.ts';
import { compilePasses } from '../patterns/endpoint.ts';
import type { ClusterIssuer, CompiledCallers, CompiledIssuer, CompiledMesh } from './compiled-callers.ts';
import type { AbsentNames } from './condition-names.ts';

type Callers = CompletePolicy['callers'];

/** `cluster`: null where its keys are not known, so that no token of a service account verifies. */
export function compileCallers(
  { require, mode, jwt = [], serviceAccounts = [], apiKeys = [], mesh: [mesh] = [] }: Callers,
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
    apiKeys,
    mesh: mesh === undefined ? null : compileMesh(mesh),
    headers: [...new Set([...jwt, ...serviceAccounts].map(({ header }) => header))],
    console: consoleOf(cluster),
  };
}

function compileMesh({ peers, trustDomains }: NonNullable<Callers['mesh']>[number]): CompiledMesh {
  const listed = new BlockList();
  for (const peer of peers) {
    const [address = '', bits] = peer.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) listed.addAddress(address, family);
    else listed.addSubnet(address, Number(bits), family);
  }
  return { peers: listed, trustDomains };
}

function serviceAccountsOf(
  cluster: ClusterIssuer,
  entry: NonNullable<Callers['serviceAccounts']>[number],
): CompiledIssuer {
  return { ...issuerOf(cluster), ...entry };
}

function consoleOf(cluster: ClusterIssuer | null): CompiledCallers['console'] {
  const subject = cluster?.console ?? null;
  return cluster === null || subject === null ? null : { issuer: issuerOf(cluster), subject };
}

function issuerOf({ issuer, keys }: ClusterIssuer): Omit<CompiledIssuer, 'audience'> {
  return {
    via: 'service-account',
    issuer,
    keys: { kind: 'listed', keys },
    algorithms: ['RS256', 'ES256', 'ES384', 'ES512'],
    subjectClaim: ['sub'],
    groupsClaim: null,
    header: 'authorization',
    forward: false,
  };
}

const NO_WAY =
  'callers.jwt of the policy names no issuer, and callers.serviceAccounts, callers.apiKeys and callers.mesh have no entry, so no caller is ever verified';
const NO_TOKEN = 'the proxy of a mesh tells only the subject and the issuer of a caller';
const NO_CLAIMS = 'an API key tells only the subject, the groups and the issuer of a caller';

/** What conditions may ask of inbound callers, and why not of the rest. */
export function namesOfCallers({
  jwt = [],
  serviceAccounts = [],
  apiKeys = [],
  mesh = [],
}: Callers): AbsentNames {
  const hasTokens = jwt.length > 0 || serviceAccounts.length > 0;
  if (!hasTokens && apiKeys.length > 0) return { 'caller.claims': NO_CLAIMS, 'caller.actor': NO_CLAIMS };
  if (!hasTokens && mesh.length > 0)
    return { 'caller.claims': NO_TOKEN, 'caller.actor': NO_TOKEN, 'caller.groups': NO_TOKEN };
  if (!hasTokens)
    return {
      'caller.subject': NO_WAY,
      'caller.issuer': NO_WAY,
      'caller.claims': NO_WAY,
      'caller.actor': NO_WAY,
      'caller.groups': NO_WAY,
    };
  const isGrouped =
    apiKeys.length > 0 ||
    serviceAccounts.length > 0 ||
    jwt.some(({ groupsClaim }) => groupsClaim !== undefined);
  return isGrouped
    ? {}
    : {
        'caller.groups':
          'no issuer of callers.jwt has a groupsClaim; name the claim that holds the groups there',
      };
}
