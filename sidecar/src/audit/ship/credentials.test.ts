import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { CredentialSource, NO_CREDENTIALS } from './credentials.ts';
import { temporaryFolder } from './testing/lines.ts';

let dir = '';
beforeEach(async () => {
  dir = await temporaryFolder();
});
afterEach(() => rm(dir, { recursive: true }));

const ENDPOINT = 'https://collector.test:4318/v1/logs';

async function secret(files: Readonly<Record<string, string>>): Promise<CredentialSource> {
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(dir, name), text)));
  return new CredentialSource(dir, {});
}

describe('CredentialSource', () => {
  it.each<readonly [string, Readonly<Record<string, string>>, string]>([
    ['another host', { endpoint: 'https://other.test:4318', headers: 'a=b' }, ENDPOINT],
    ['another port', { endpoint: 'https://collector.test', headers: 'a=b' }, ENDPOINT],
    [
      'the same host without TLS',
      { endpoint: ENDPOINT, headers: 'a=b' },
      'http://collector.test:4318/v1/logs',
    ],
    ['no receiver in particular', { headers: 'a=b' }, ENDPOINT],
    ['what is no URL', { endpoint: 'collector', headers: 'a=b' }, ENDPOINT],
    ['no receiver, in an empty folder', {}, ENDPOINT],
  ])('gives an endpoint nothing that is for %s', async (_, files, endpoint) => {
    expect(await (await secret(files)).for(endpoint)).toBe(NO_CREDENTIALS);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string, RegExp]>([
    ['a header without a value', { endpoint: ENDPOINT, headers: 'authorization' }, ENDPOINT, /NAME=VALUE/],
    ['a header of two lines', { endpoint: ENDPOINT, headers: 'a=b%0Ac' }, ENDPOINT, /NAME=VALUE/],
    [
      'headers over plain HTTP',
      { endpoint: 'http://collector.test', headers: 'a=b' },
      'http://collector.test/v1/logs',
      /https only/,
    ],
  ])('refuses %s', async (_, files, endpoint, message) => {
    await expect((await secret(files)).for(endpoint)).rejects.toThrow(message);
  });

  it('refuses a file that is no file', async () => {
    await mkdir(join(dir, 'headers'));
    await expect(new CredentialSource(dir, {}).for(ENDPOINT)).rejects.toThrow(/EISDIR/);
  });

  it('reads a mounted Secret anew each time', async () => {
    const source = await secret({
      endpoint: 'https://collector.test:4318\n',
      headers: 'Authorization=Bearer%20one\nx-tenant=a=b\n',
      'ca.crt': 'CA',
      'tls.crt': 'CERT',
      'tls.key': 'KEY',
    });
    expect(await source.for(ENDPOINT)).toMatchObject({
      headers: { authorization: 'Bearer one', 'x-tenant': 'a=b' },
      ca: 'CA',
      certificate: 'CERT',
      key: 'KEY',
    });
    await writeFile(join(dir, 'headers'), 'Authorization=Bearer two');
    expect(await source.for(ENDPOINT)).toMatchObject({ headers: { authorization: 'Bearer two' } });
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'a=1' }, {}],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.test:4318', OTEL_EXPORTER_OTLP_HEADERS: 'a=1, b=2' },
      { a: '1', b: '2' },
    ],
    [
      {
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: ENDPOINT,
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.test',
        OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'a=logs',
        OTEL_EXPORTER_OTLP_HEADERS: 'a=all',
      },
      { a: 'logs' },
    ],
  ])('reads %j as headers %j', async (env, headers) => {
    expect((await new CredentialSource(null, env).for(ENDPOINT)).headers).toEqual(headers);
  });
});
