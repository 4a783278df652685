import { identify } from './identify.ts';
import { keySource } from './testing/key-source.ts';
import { ISSUER, KEYS, NOW, PUBLIC_EC, token } from './testing/tokens.ts';
import { compile } from '../policy/compile/compile.ts';
import type { CompiledCallers } from '../policy/compile/compiled-callers.ts';
import { parsePolicy } from '../policy/document/parse.ts';
import { effectivePolicy } from '../policy/layers/effective.ts';

const DESK = 'spiffe://cluster.local/ns/shop/sa/desk';
const EVIL = 'spiffe://cluster.local/ns/evil/sa/evil';
const MESH = [{ peers: ['127.0.0.6', '10.1.0.0/16', 'fd00::/8'], trustDomains: ['cluster.local'] }];
const JWT = [{ issuer: ISSUER, audience: 'bot', jwks: { keys: [PUBLIC_EC] } }];

function callersOf(callers: object): CompiledCallers {
  const parsed = parsePolicy(JSON.stringify({ version: 1, callers }), 'test');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const options = { name: 'test', generation: 1, loadedAtMs: 0, fingerprints: new Map<string, string>() };
  return compile(effectivePolicy({ workload: parsed.document }), options).callers;
}

/** The subject, or why there is none: a fault, or `anonymous`. */
async function ask(
  header: string | undefined,
  { address = '127.0.0.6', authorization }: { address?: string; authorization?: string } = {},
  callers = callersOf({ mesh: MESH }),
): Promise<string> {
  const headers = {
    ...(header === undefined ? {} : { 'x-forwarded-client-cert': header }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  const found = await identify(callers, headers, {
    nowMs: NOW * 1000,
    keySource: keySource(),
    address,
  });
  return found.identity?.subject ?? found.fault ?? 'anonymous';
}

describe('x-forwarded-client-cert', () => {
  it.each<readonly [string, string]>([
    ['from another address', '127.0.0.1'],
    ['from an address beside the range', '10.2.0.1'],
    ['from an IPv6 address that policy does not name', '::1'],
    ['from a connection that is gone', ''],
  ])('proves nothing %s', async (_, address) => {
    expect(await ask(`URI=${DESK}`, { address })).toBe('anonymous');
  });

  it.each<readonly [string, string]>([
    ['is empty', ''],
    ['has no SPIFFE ID', 'By=spiffe://cluster.local/ns/a/sa/b;Hash=00;Subject="CN=x"'],
    ['has two of them', `URI=${EVIL};URI=${DESK}`],
    ['has one in a quoted subject only', `Hash=00;Subject="CN=x;URI=${DESK}"`],
    ['has quotation marks that do not close', `Subject="CN=x,URI=${DESK}`],
    ['has an element of another proxy at its end', `URI=${DESK},Hash=00`],
    ['has a URL', 'URI=https://cluster.local/ns/shop/sa/desk'],
    ['has an ID without a path', 'URI=spiffe://cluster.local'],
    ['has an ID with a line end', `URI="${DESK}\\n"`],
    ['is longer than any proxy writes', `Cert="${'x'.repeat(70_000)}";URI=${DESK}`],
  ])('verifies nobody where it %s', async (_, header) => {
    expect(await ask(header)).toBe('certificate');
  });

  it.each<readonly [string, string]>([
    ['of one element', `By=spiffe://cluster.local/ns/ml/sa/bot;Hash=00ff;Subject="";URI=${DESK}`],
    ['whose earlier elements the caller wrote', `URI=${EVIL},By=x;Hash=00;URI=${DESK}`],
    ['with separators in quotes', `Hash=0;Subject="O=\\"a\\", b; URI=${EVIL}";URI=${DESK}`],
    ['with a quoted ID', `uri="${DESK}"`],
  ])('verifies the caller of its last element: one %s', async (_, header) => {
    expect(await ask(header)).toBe(DESK);
  });

  it.each(['10.1.2.3', '::ffff:10.1.2.3', 'fd00::7'])(
    'counts from %s, in a range of the policy',
    async (address) => {
      expect(await ask(`URI=${DESK}`, { address })).toBe(DESK);
    },
  );

  it('of another trust domain verifies nobody', async () => {
    expect(await ask('URI=spiffe://other.local/ns/shop/sa/desk')).toBe('trust_domain');
  });

  it('is not read where policy names no mesh', async () => {
    expect(await ask(`URI=${DESK}`, {}, callersOf({ jwt: JWT }))).toBe('anonymous');
  });

  it('gives way to the token of a caller, also to one that does not verify', async () => {
    const callers = callersOf({ jwt: JWT, mesh: MESH });
    const bearer = (written: string): { authorization: string } => ({ authorization: `Bearer ${written}` });
    expect(await ask(`URI=${DESK}`, bearer(token()), callers)).toBe('ann');
    expect(await ask(`URI=${DESK}`, bearer(token({ key: KEYS.other })), callers)).toBe('signature');
    expect(await ask(`URI=${DESK}`, bearer('sk-of-the-server'), callers)).toBe(DESK);
  });
});
