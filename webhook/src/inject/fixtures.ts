import type { InjectPolicy, PolicyLookup } from '../pod/policy.ts';
import { publishedName } from '../pod/names.ts';

const HASH = '5f'.repeat(32);

function policy(name: string, demandsRedirect = false): Omit<InjectPolicy, 'mode' | 'configMap'> {
  return {
    name,
    sha256: HASH,
    demandsRedirect,
    resources: name === 'strict' ? { memory: { request: '256Mi', limit: '1Gi' } } : {},
    tcpPorts: name === 'brokers' ? [6379, 9092] : [],
    tcpServers: name === 'brokers' ? [{ host: 'postgres.ml.svc', first: 5432, last: 5432 }] : [],
    providers: [
      { name: 'openai', url: 'https://api.openai.com' },
      { name: 'own', url: 'https://llm.example/v1' },
    ],
  };
}

const POLICIES = [policy('default'), policy('strict'), policy('brokers'), policy('wire', true)];

/** Policies for tests: `default`, `strict`, `brokers` with servers and ports of TCP, and `wire`, which requires redirect. */
export const testPolicies: PolicyLookup = (_namespace, name, mode) => {
  const found = POLICIES.find((each) => each.name === name);
  return found === undefined
    ? { kind: 'unknown', names: POLICIES.map((each) => each.name) }
    : { kind: 'found', policy: { ...found, mode, configMap: publishedName(name, mode) } };
};
