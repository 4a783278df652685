import { parsePolicy } from '../../document/parse.ts';
import { formatProblem } from '../../kinds/problem.ts';
import { canonicalPolicy } from '../../layers/canonical.ts';
import { meet } from '../../layers/meet.ts';
import type { PolicyDocument } from '../schema.ts';

const EC = { kty: 'EC', crv: 'P-256', x: 'x'.repeat(43), y: 'y'.repeat(43) };
const RSA = { kty: 'RSA', n: 'n'.repeat(342), e: 'AQAB' };
const ISSUER = { issuer: 'https://a.test', audience: 'bot', jwks: { keys: [EC] } };

function parsed(callers: object): ReturnType<typeof parsePolicy> {
  return parsePolicy(JSON.stringify({ version: 1, callers }), 'p');
}

function document(...jwt: readonly object[]): PolicyDocument {
  const result = parsed({ jwt });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.document;
}

function faultsOf(change: object): string {
  const result = parsed({ jwt: [{ ...ISSUER, ...change }] });
  return result.ok ? 'valid' : result.problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

describe('callers.jwt', () => {
  it.each<readonly [object, string]>([
    [{ issuer: 'a b' }, 'callers.jwt[0].issuer: expected the issuer exactly'],
    [{ audience: undefined }, 'callers.jwt[0].audience: expected an audience'],
    [{ audience: [] }, 'callers.jwt[0].audience: expected at least 1 entries'],
    [{ jwks: undefined }, 'callers.jwt[0].jwks: missing; expected a mapping'],
    [{ jwks: { keys: [] } }, 'callers.jwt[0].jwks.keys: expected at least 1 entries'],
    [{ jwks: { keys: [{ kty: 'oct', k: 'secret' }] } }, 'expected a public key as JWK'],
    [{ jwks: { keys: [{ ...EC, d: 'secret' }] } }, 'expected a public key as JWK'],
    [{ jwks: { keys: [{ ...RSA, p: 'secret' }] } }, 'expected a public key as JWK'],
    [{ jwks: { keys: [{ ...RSA, n: 'n'.repeat(171) }] } }, 'expected a public key as JWK'],
    [{ jwks: { keys: [{ ...EC, use: 'enc' }] } }, 'expected a public key as JWK'],
    [{ jwks: { keys: ['secret'] } }, 'expected a public key as JWK'],
    [{ jwks: {} }, 'callers.jwt[0].jwks: expected either keys or url'],
    [
      { jwks: { keys: [EC], url: 'https://a.test/keys' } },
      'callers.jwt[0].jwks: expected either keys or url',
    ],
    [{ jwks: { url: 'http://a.test/keys' } }, 'callers.jwt[0].jwks.url: expected the https URL of a JWK Set'],
    [{ jwks: { url: 'http://127.0.0.1.a.test/keys' } }, 'expected the https URL of a JWK Set'],
    [{ jwks: { url: 'https://ann:secret@a.test/keys' } }, 'expected the https URL of a JWK Set'],
    [{ jwks: { url: 'https://a.test/keys?tenant=secret' } }, 'expected the https URL of a JWK Set'],
    [{ jwks: { url: 'https://a.test' } }, 'expected the https URL of a JWK Set'],
    [{ algorithms: ['HS256'] }, 'callers.jwt[0].algorithms[0]: expected RS256'],
    [{ algorithms: ['none'] }, 'callers.jwt[0].algorithms[0]: expected RS256'],
    [{ header: 'Authorization' }, 'callers.jwt[0].header: expected the name of a header in lower case'],
    [{ header: 'content-type' }, 'callers.jwt[0].header: expected the name of a header in lower case'],
    [{ header: 'cookie' }, 'callers.jwt[0].header: expected the name of a header in lower case'],
    [{ groupsClaim: [] }, 'callers.jwt[0].groupsClaim: expected at least 1 entries'],
    [{ clockSkew: '1m' }, 'callers.jwt[0].clockSkew: unknown key'],
  ])('%j is refused, with no key in the message', (change, message) => {
    expect(faultsOf(change)).toContain(message);
    expect(faultsOf(change)).not.toContain('secret');
  });

  it('has one entry for an issuer', () => {
    const result = parsed({ jwt: [ISSUER, { ...ISSUER, audience: 'other' }] });
    expect(JSON.stringify(result)).toContain('this issuer is listed twice');
  });

  it('keeps of a key what verifies', () => {
    const [issuer] =
      document({
        ...ISSUER,
        jwks: { keys: [{ ...EC, kid: 'k', alg: 'ES256', use: 'sig', x5c: ['…'], ext: true }] },
      }).callers?.jwt ?? [];
    expect(issuer?.jwks.keys).toEqual([{ ...EC, kid: 'k', alg: 'ES256', use: 'sig' }]);
  });
});

describe('the meet of callers.jwt', () => {
  const two = {
    ...ISSUER,
    audience: ['bot', 'all'],
    jwks: { keys: [EC, RSA] },
    algorithms: ['ES256', 'RS256'],
  };

  const fetched = { ...two, jwks: { url: 'https://a.test/keys' } };

  it.each<readonly [string, object, object, object | null]>([
    ['keeps a URL that both name', fetched, fetched, { jwks: { url: 'https://a.test/keys' } }],
    [
      'drops an issuer with another URL of keys',
      fetched,
      { ...two, jwks: { url: 'https://b.test/keys' } },
      null,
    ],
    ['drops an issuer with keys here and a URL there', fetched, two, null],
    [
      'keeps what both accept',
      two,
      { ...ISSUER, audience: ['all', 'x'], algorithms: ['ES256'] },
      {
        audience: ['all'],
        algorithms: ['ES256'],
        jwks: { keys: [EC] },
      },
    ],
    ['forwards what both forward', { ...two, forward: true }, two, { forward: false }],
    [
      'takes groups from the layer that names them',
      { ...two, groupsClaim: 'g' },
      two,
      { groupsClaim: ['g'] },
    ],
    ['drops an issuer of other audiences', two, { ...two, audience: 'x' }, null],
    ['drops an issuer of other keys', two, { ...two, jwks: { keys: [{ ...EC, x: 'z' }] } }, null],
    ['drops an issuer of other algorithms', two, { ...two, algorithms: ['PS256'] }, null],
    ['drops an issuer of another header', two, { ...two, header: 'x-caller' }, null],
    ['drops an issuer of other subjects', two, { ...two, subjectClaim: 'email' }, null],
    ['drops an issuer of other groups', { ...two, groupsClaim: 'g' }, { ...two, groupsClaim: 'h' }, null],
    ['drops another issuer', two, { ...two, issuer: 'https://b.test' }, null],
  ])('%s', (_, a, b, expected) => {
    const met = meet(document(a), document(b)).callers?.jwt;
    expect(met).toMatchObject(expected === null ? [] : [expected]);
    expect(met).toHaveLength(expected === null ? 0 : 1);
  });

  it('is none once no issuer is left, whatever a third layer lists', () => {
    const none = meet(document(ISSUER), document({ ...ISSUER, issuer: 'https://b.test' }));
    expect(meet(none, document(ISSUER)).callers?.jwt).toEqual([]);
  });

  it('is written in a form that parses back', () => {
    const met = meet(
      document(two, { ...ISSUER, issuer: 'https://b.test' }),
      document({ ...two, groupsClaim: ['a', 'b'] }),
    );
    const { text, sha256 } = canonicalPolicy(met);
    const again = parsePolicy(text, 'p');
    expect(again.ok && canonicalPolicy(again.document).sha256).toBe(sha256);
  });
});

describe('the meet of ways to verify callers', () => {
  const account = { audience: 'bot' };

  function met(a: object, b: object): unknown {
    const [left, right] = [parsed(a), parsed(b)];
    if (!left.ok || !right.ok) throw new Error('not valid');
    expect(meet(right.document, left.document)).toEqual(meet(left.document, right.document));
    return meet(left.document, right.document).callers;
  }

  it.each<readonly [string, object, object, object]>([
    [
      'none is left of tokens here and service accounts there',
      { jwt: [ISSUER] },
      { serviceAccounts: [account] },
      { jwt: [] },
    ],
    [
      'a way that one layer lacks is closed',
      { jwt: [ISSUER], serviceAccounts: [account] },
      { serviceAccounts: [account] },
      { serviceAccounts: [{ audience: ['bot'] }] },
    ],
    [
      'service accounts for other audiences are closed',
      { serviceAccounts: [account] },
      { serviceAccounts: [{ audience: 'x' }] },
      { jwt: [] },
    ],
    [
      'service accounts in another header are closed',
      { serviceAccounts: [account] },
      { serviceAccounts: [{ ...account, header: 'x-caller' }] },
      { jwt: [] },
    ],
    [
      'a layer that names no way leaves them to the other',
      { require: true },
      { serviceAccounts: [account] },
      { require: true, serviceAccounts: [{}] },
    ],
  ])('%s', (_, a, b, expected) => {
    expect(met(a, b)).toMatchObject(expected);
    expect(Object.keys(met(a, b) as object).sort()).toEqual(['mode', ...Object.keys(expected)].sort());
  });

  it.each<readonly [string, unknown, unknown, unknown]>([
    ['true wins over exceptions', true, { except: ['/a'] }, true],
    ['false is no say', false, { except: ['/a'] }, { except: { allOf: [['/a']] } }],
    [
      'exceptions must be those of both',
      { except: ['/a'] },
      { except: ['/b'] },
      { except: { allOf: [['/a'], ['/b']] } },
    ],
    ['no exception is true', { except: [] }, false, true],
  ])('of require: %s', (_, a, b, expected) => {
    expect(met({ require: a }, { require: b })).toMatchObject({ require: expected });
  });
});
