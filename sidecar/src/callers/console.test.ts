import type { CompiledConsole } from '../policy/compile/compiled-callers.ts';
import { compileCallers } from '../policy/compile/compile-callers.ts';
import { parseClusterIssuer } from '../policy/files/cluster-issuer.ts';
import { DEFAULT_POLICY } from '../policy/layers/defaults.ts';
import { effectivePolicy } from '../policy/layers/effective.ts';
import { ConsoleAccess } from './console.ts';
import { keySource } from './testing/key-source.ts';
import { ISSUER, KEYS, NOW, PUBLIC_EC, token } from './testing/tokens.ts';

const SUBJECT = 'system:serviceaccount:llm-boundary:llm-boundary-console';
const UID = 'b8a3';

function consoleIn(file: object): CompiledConsole | null {
  const text = JSON.stringify({ issuer: ISSUER, jwks: { keys: [PUBLIC_EC] }, ...file });
  const cluster = parseClusterIssuer({ source: 'service-accounts.json', text });
  return compileCallers(effectivePolicy({ workload: DEFAULT_POLICY }).callers, cluster).console;
}

const CONSOLE = consoleIn({ console: SUBJECT });

function ask(header: string | undefined, console = CONSOLE, uid = UID): Promise<string> {
  const verification = { nowMs: NOW * 1000, keySource: keySource(), address: '' };
  return new ConsoleAccess(uid).of(header, console, verification);
}

function bearer(claims: object = {}, key = KEYS.ec): string {
  return `Bearer ${token({ claims: { sub: SUBJECT, aud: [`llm-boundary-console/${UID}`], ...claims }, key })}`;
}

describe('the console of the cluster', () => {
  it.each<[string, string | undefined]>([
    ['no header', undefined],
    ['no token', 'Bearer '],
    ['no bearer', bearer().replace('Bearer', 'Basic')],
    ['two tokens', `${bearer()}, ${bearer()}`],
    ['the audience of another pod', bearer({ aud: 'llm-boundary-console/c9' })],
    ['the audience of no pod', bearer({ aud: 'llm-boundary-console/' })],
    ['the audience of the API server', bearer({ aud: 'https://kubernetes.default.svc' })],
    ['another account', bearer({ sub: 'system:serviceaccount:llm-boundary:default' })],
    ['an account of that name elsewhere', bearer({ sub: 'system:serviceaccount:shop:llm-boundary-console' })],
    ['a user', bearer({ sub: 'ann' })],
    ['another issuer', bearer({ iss: 'https://other.test' })],
    ['another key', bearer({}, KEYS.other)],
    ['a token that has expired', bearer({ exp: NOW - 60 })],
    ['a token that never expires', bearer({ exp: undefined })],
  ])('is not believed with %s', async (_, header) => {
    expect(await ask(header)).toBe('refused');
  });

  it.each<[string, CompiledConsole | null, string]>([
    ['the cluster has no console', consoleIn({}), UID],
    ['the pod does not know its own uid', CONSOLE, ''],
  ])('is not believed where %s', async (_, console, uid) => {
    expect(await ask(bearer({ aud: `llm-boundary-console/${uid}` }), console, uid)).toBe('refused');
  });

  it.each(['ann', 'system:serviceaccount:a', 'system:serviceaccount:a:b:c'])(
    'cannot be %j in the file of the webhook',
    (console) => {
      expect(() => consoleIn({ console })).toThrow('expected JSON');
    },
  );

  it('is believed with a token for this very pod', async () => {
    expect(await ask(bearer())).toBe('granted');
  });

  it('has few signatures checked at once', async () => {
    const access = new ConsoleAccess(UID);
    const verification = { nowMs: NOW * 1000, keySource: keySource(), address: '' };
    const asked = Array.from({ length: 6 }, () => access.of(bearer(), CONSOLE, verification));
    expect((await Promise.all(asked)).sort()).toEqual([
      ...['busy', 'busy', 'granted', 'granted', 'granted', 'granted'],
    ]);
    expect(await access.of(bearer(), CONSOLE, verification)).toBe('granted');
  });
});
