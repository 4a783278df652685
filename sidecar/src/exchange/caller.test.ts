import { callerKey, type Identity } from './caller.ts';

function identity(issuer: string, subject: string): Identity {
  return { via: 'jwt', issuer, subject, groups: null, claims: {}, actor: null };
}

describe('callerKey', () => {
  it('tells callers apart by what was verified, else by address', () => {
    const keys = [
      callerKey({ address: '10.0.0.1', identity: null }),
      callerKey({ address: '10.0.0.2', identity: null }),
      callerKey({ address: '10.0.0.1', identity: identity('a', 'ann') }),
      callerKey({ address: '10.0.0.1', identity: identity('b', 'ann') }),
      // An issuer and a subject must not run together.
      callerKey({ address: '10.0.0.1', identity: identity('a","ann', '') }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('is the same for one subject at two addresses', () => {
    const ann = identity('a', 'ann');
    expect(callerKey({ address: '10.0.0.1', identity: ann })).toBe(
      callerKey({ address: '10.0.0.2', identity: ann }),
    );
  });
});
