import { describe, expect, it } from '@jest/globals';

import { PolicyInvalid } from '../kinds/problem.ts';
import { policyOf } from '../../pipeline/test-kit.ts';
import { UNKNOWN_WORKLOAD } from '../../exchange/index.ts';
import { state } from '../keys/state.ts';
import { compileState } from './compile-state.ts';

function stateOf(server: string): unknown {
  return policyOf(`state: { server: { ${server}, keyFile: state-key } }`).state;
}

describe('a server of shared state', () => {
  it.each([
    ["url: 'http://a.test'", 'another scheme'],
    ["url: 'valkeys://u:p@a.test'", 'a password'],
    ["url: 'valkeys://a.test/x'", 'no number of a database'],
    ["url: 'valkeys://a.test?x=1'", 'a query'],
    ["url: 'valkeys://a.test', passwordFile: '../password'", 'a file elsewhere'],
    ["url: 'valkeys://a.test', keyPrefix: 'a{b}'", 'a prefix that is a hash tag'],
  ])('is not %s: %s', (server) => {
    expect(() => stateOf(server)).toThrow(/state/);
  });

  it.each([
    ['valkeys://a.test', { host: 'a.test', port: 6379, isTls: true, database: 0, user: null }],
    ['rediss://u@a.test:1/2', { host: 'a.test', port: 1, isTls: true, database: 2, user: 'u' }],
    ['redis://127.0.0.1:1', { host: '127.0.0.1', port: 1, isTls: false }],
    ['valkey://[fd00::1]:1', { host: 'fd00::1', port: 1, isTls: false }],
  ])('is read from %s', (url, expected) => {
    expect(stateOf(`url: '${url}'`)).toMatchObject({
      ...expected,
      ...{ timeoutMs: 250, onUnreachable: 'refuse', keyPrefix: 'llm-boundary', passwordFile: null },
    });
  });

  it('is the same for all layers, or the policy is not valid', () => {
    const named = (url: string) => ({ url, keyFile: 'state-key', keyPrefix: 'llm-boundary' });
    const together = (a: string, b: string) => {
      const met = state.meet({ server: named(a) }, { server: named(b) });
      return compileState({ ...met, timeout: 250, onUnreachable: 'refuse' }, UNKNOWN_WORKLOAD);
    };
    expect(together('valkeys://a.test', 'valkeys://a.test')).toMatchObject({ host: 'a.test' });
    expect(() => together('valkeys://a.test', 'valkeys://b.test')).toThrow(PolicyInvalid);
  });
});
