import { ISSUER, PUBLIC_EC, token } from '../../callers/testing/tokens.ts';
import { whole } from './testing/exchanges.ts';
import { shadowed } from './testing/shadowed.ts';

const JWT = JSON.stringify([{ issuer: ISSUER, audience: 'bot', jwks: { keys: [PUBLIC_EC] } }]);
const REQUIRED = `callers: { require: true, jwt: ${JWT} }`;
const now = Math.floor(Date.now() / 1000);
const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${token({ claims: { iat: now, exp: now + 60 } })}`,
};

describe('the shadow verifies callers by its own policy', () => {
  it.each<readonly [string, string, string, boolean, string]>([
    [
      'one that asks where the live one does not',
      '',
      REQUIRED,
      false,
      'would_refuse ingress caller_not_verified',
    ],
    ['one that asks, of a caller that is verified', '', REQUIRED, true, 'same none none'],
    [
      'one that does not ask where the live one does',
      REQUIRED,
      '',
      false,
      'would_allow ingress caller_not_verified',
    ],
    ['one that asks as the live one does', REQUIRED, REQUIRED, false, 'same none none'],
    ['one that only notes it', '', `${REQUIRED}\nmode: observe`, false, 'same none none'],
  ])('%s', (_, live, shadow, verified, expected) =>
    shadowed({ live, shadow }, async (rig) => {
      await rig.send({ ...whole('hello', 'hi'), ...(verified ? { headers } : {}) });
      await rig.until(1);
      expect(rig.judged).toEqual([expected]);
    }),
  );
});
