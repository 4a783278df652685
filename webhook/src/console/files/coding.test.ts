import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { codingOf, encodings } from './coding.ts';

it.each([
  [undefined, null],
  ['', null],
  ['identity', null],
  ['deflate, zstd', null],
  ['br;q=0', null],
  ['br;q=0.000, gzip; q=0', null],
  ['*', null],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP, br;q=0', 'gzip'],
  ['br;q=0.1', 'br'],
  ['brotli', null],
])('Accept-Encoding %j: %j', (header, coding) => expect(codingOf(header)).toBe(coding));

it('keeps a body in each coding', () => {
  const body = Buffer.from('ab'.repeat(9_000));
  const { br, gzip } = encodings(body);
  expect(brotliDecompressSync(br).equals(body)).toBe(true);
  expect(gunzipSync(gzip).equals(body)).toBe(true);
  expect(Math.max(br.length, gzip.length)).toBeLessThan(100);
});
