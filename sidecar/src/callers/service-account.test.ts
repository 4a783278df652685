import { identify, type Identified } from './identify.ts';
import { keySource } from './testing/key-source.ts';
import { ISSUER, NOW, PUBLIC_EC, token } from './testing/tokens.ts';
import { UNKNOWN_WORKLOAD } from '../exchange/index.ts';
import { loadPolicy } from '../policy/files/load.ts';
import { PolicyInvalid } from '../policy/kinds/problem.ts';
import type { CompiledCallers } from '../policy/compile/compiled-callers.ts';

const CLUSTER = JSON.stringify({ issuer: ISSUER, jwks: { keys: [PUBLIC_EC, { kty: 'oct', k: 'x' }] } });
const ACCOUNTS = [{ audience: 'bot' }];

function callersOf(callers: object, cluster: string | null): CompiledCallers {
  const text = JSON.stringify({ version: 1, callers });
  const files = {
    name: 'p',
    workload: { source: 'policy.yaml', text },
    floor: null,
    namespace: null,
    serviceAccounts: cluster === null ? null : { source: 'service-accounts.json', text: cluster },
    fingerprints: new Map<string, string>(),
    sha256: '',
    shadow: null,
  };
  return loadPolicy(files, {
    name: null,
    generation: 1,
    loadedAtMs: 0,
    inboundPrefixes: [],
    workload: UNKNOWN_WORKLOAD,
  }).callers;
}

function ask(sub: string, callers = callersOf({ serviceAccounts: ACCOUNTS }, CLUSTER)): Promise<Identified> {
  const written = token({ claims: { sub, groups: ['system:masters'] } });
  return identify(
    callers,
    { authorization: `Bearer ${written}` },
    { nowMs: NOW * 1000, keySource: keySource(), address: '' },
  );
}

describe('a token of a service account', () => {
  it.each(['ann', 'system:serviceaccount:shop', 'system:serviceaccount:shop:a:b', 'system:node:n1', ''])(
    'is not one of %j, which the cluster gives no service account',
    async (subject) => {
      expect(await ask(subject)).toMatchObject({ identity: null, fault: 'subject' });
    },
  );

  it('does not verify while the keys of the cluster are not there', async () => {
    const callers = callersOf({ serviceAccounts: ACCOUNTS }, null);
    expect(await ask('system:serviceaccount:shop:bot', callers)).toMatchObject({
      identity: null,
      fault: 'issuer',
    });
  });

  it('does not verify where policy asks for other tokens, though the keys are there', async () => {
    const jwt = [{ issuer: 'https://other.test', audience: 'bot', jwks: { keys: [PUBLIC_EC] } }];
    expect(await ask('system:serviceaccount:shop:bot', callersOf({ jwt }, CLUSTER))).toMatchObject({
      identity: null,
      fault: 'issuer',
    });
  });

  it('has the groups that the API server gives it, and none that the token claims', async () => {
    expect((await ask('system:serviceaccount:shop:bot')).identity).toMatchObject({
      via: 'service-account',
      issuer: ISSUER,
      subject: 'system:serviceaccount:shop:bot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    });
  });

  it('is verified beside tokens of the same issuer that policy reads in its own way', async () => {
    const jwt = [{ issuer: ISSUER, audience: 'other', jwks: { keys: [PUBLIC_EC] } }];
    const callers = callersOf({ jwt, serviceAccounts: ACCOUNTS }, CLUSTER);
    expect((await ask('system:serviceaccount:shop:bot', callers)).identity?.via).toBe('service-account');
  });

  it.each(['', '{', '[]', '{"issuer":"x"}', '{"issuer":"","jwks":{"keys":[]}}'])(
    'makes a policy invalid whose keys of the cluster are %j, so that the last one stays in force',
    (cluster) => {
      expect(() => callersOf({ serviceAccounts: ACCOUNTS }, cluster)).toThrow(PolicyInvalid);
    },
  );
});
