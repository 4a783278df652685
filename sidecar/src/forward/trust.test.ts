import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createSecure } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { listening } from '../listeners/test-kit.ts';
import { Collected, requestTo } from './test-kit.ts';
import { upstreams } from './testing/upstreams.ts';
import { loadTrust } from './trust.ts';

const { opened, using, fetchFrom } = upstreams();

describe('an upstream over TLS', () => {
  let dir: string;
  const inDir = (name: string): string => join(dir, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  };
  const leaf = (name: string, san: string): void => {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      '/CN=x',
      '-addext',
      `subjectAltName=${san}`,
    );
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-copy_extensions',
      'copyall',
      '-out',
      `${name}.pem`,
    );
  };
  const secure = async (name: string): Promise<number> => {
    const server = createSecure(
      { key: readFileSync(inDir(`${name}.key`)), cert: readFileSync(inDir(`${name}.pem`)) },
      (req, res) => res.end(JSON.stringify(req.rawHeaders)),
    );
    return opened(await listening(server)).port;
  };

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'boundary-'));
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=test',
    );
    leaf('good', 'DNS:localhost');
    leaf('other', 'DNS:api.example.com');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each([
    ['an unknown CA', 'good', false],
    ['a certificate for another name', 'other', true],
  ])('is refused with %s', async (_name, certificate, trusted) => {
    const port = await secure(certificate);
    const trust = trusted ? loadTrust(inDir('ca.pem')) : loadTrust(null);
    const sink = await fetchFrom(`https://localhost:${port}`, { trust });
    expect(sink.failure?.code).toBe('tls_failed');
  });

  it('is verified by the name of its origin, which the Host header of the caller cannot choose', async () => {
    const port = await secure('other');
    const sink = new Collected();
    const headers = [['Host', 'api.example.com']] as const;
    using({ trust: loadTrust(inDir('ca.pem')) }).send(
      requestTo(`https://localhost:${port}`, { headers }),
      sink,
    );
    await sink.settled;
    expect(sink.failure?.code).toBe('tls_failed');
  });

  it('passes with a trusted certificate, and Host is the origin', async () => {
    const port = await secure('good');
    const sink = await fetchFrom(`https://localhost:${port}`, { trust: loadTrust(inDir('ca.pem')) });
    expect(JSON.parse(sink.body)).toContain(`localhost:${port}`);
  });

  it.each([['missing.pem'], ['ca.key']])('does not start with a CA file that is none: %s', (name) => {
    expect(() => loadTrust(inDir(name))).toThrow(name);
  });

  it('gives no reply to plain text', async () => {
    const port = await secure('good');
    const sink = await fetchFrom(`http://localhost:${port}`);
    expect(['broken', 'malformed_reply']).toContain(sink.failure?.code);
  });
});
