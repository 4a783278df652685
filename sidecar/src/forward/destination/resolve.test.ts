import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { createResolver } from './resolve.ts';

function answering(...addresses: string[]): LookupFunction {
  return (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
}

function resolve(lookup: LookupFunction, all: boolean, listed: string[] = []): Promise<unknown> {
  const resolver = createResolver({ lookup, listsAddress: (address) => listed.includes(address) });
  return new Promise((done) => {
    resolver('name.example', { all }, (error, found: string | LookupAddress[]) => {
      done(error === null ? found : error.name === 'UpstreamError' ? 'forbidden' : error.message);
    });
  });
}

describe('a resolver', () => {
  it.each([
    ['only loopback', ['127.0.0.1'], [], 'forbidden'],
    ['only metadata', ['169.254.169.254', 'fd00:ec2::254'], [], 'forbidden'],
    ['nothing', [], [], 'forbidden'],
    ['another address than the listed one', ['127.0.0.2'], ['127.0.0.1'], 'forbidden'],
  ])('that finds %s finds nothing', async (_name, addresses, listed, expected) => {
    expect(await resolve(answering(...addresses), true, listed)).toBe(expected);
    expect(await resolve(answering(...addresses), false, listed)).toBe(expected);
  });

  it('drops forbidden addresses and keeps the rest', async () => {
    const lookup = answering('127.0.0.1', '10.0.0.1', '::1', 'fd00::1');
    expect(await resolve(lookup, true)).toEqual([
      { address: '10.0.0.1', family: 4 },
      { address: 'fd00::1', family: 6 },
    ]);
    expect(await resolve(lookup, false)).toBe('10.0.0.1');
  });

  it('keeps listed parts', async () => {
    expect(await resolve(answering('127.0.0.1'), false, ['127.0.0.1'])).toBe('127.0.0.1');
  });

  it('passes failures on', async () => {
    const failing: LookupFunction = (_hostname, _options, callback) => callback(new Error('gone'), '');
    expect(await resolve(failing, true)).toBe('gone');
  });
});
