import 'reflect-metadata/lite';

import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';

import * as x509 from '@peculiar/x509';

import {
  CA_LIFE_MS,
  createAuthority,
  issueLeaf,
  LEAF_LIFE_MS,
  readAuthority,
  readPair,
  renewAtMs,
} from './authority.ts';
import { overlap } from './bundle.ts';

const NOW = Date.now();
const DAY = 24 * 3600e3;

async function handshake(ca: string, servername: string, key: string, cert: string): Promise<string | null> {
  const server = createServer({ key, cert, minVersion: 'TLSv1.2' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const result = await new Promise<string | null>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', servername, ca }, () => resolve(null));
    socket.on('error', (error: Error) => resolve(error.message)).on('close', () => resolve('closed'));
    socket.on('secureConnect', () => socket.end());
  });
  server.close();
  return result;
}

describe('authority and leaf', () => {
  it('a TLS client believes the leaf for its names, and for no other', async () => {
    const authority = await createAuthority(NOW);
    const leaf = await issueLeaf(authority, ['webhook.llm-boundary.svc', '127.0.0.1'], NOW);
    const other = await createAuthority(NOW);
    const against = (ca: string, name: string): Promise<string | null> =>
      handshake(ca, name, leaf.key, leaf.certificate);
    expect(await against(other.certificate, 'webhook.llm-boundary.svc')).not.toBeNull();
    expect(await against(authority.certificate, 'elsewhere.svc')).not.toBeNull();
    expect(await against(authority.certificate, 'webhook.llm-boundary.svc')).toBeNull();
    expect(
      await against(overlap(other.certificate, authority.certificate, NOW), 'webhook.llm-boundary.svc'),
    ).toBeNull();
  });

  it('a leaf never outlives its authority, and is renewed after two thirds of its life', async () => {
    const authority = await createAuthority(NOW - CA_LIFE_MS + 2 * DAY);
    const leaf = await issueLeaf(authority, ['a'], NOW);
    expect(leaf.notAfterMs).toBeLessThanOrEqual(authority.notAfterMs);
    const fresh = await issueLeaf(await createAuthority(NOW), ['a'], NOW);
    expect(renewAtMs(fresh)).toBeGreaterThan(NOW + LEAF_LIFE_MS / 2);
    expect(renewAtMs(fresh)).toBeLessThan(NOW + (LEAF_LIFE_MS * 3) / 4);
  });
});

describe.each([
  ['UTF8String, as openssl writes it', { utf8String: 'somebody else' }],
  ['PrintableString', { printableString: 'somebody else' }],
])('an authority that is not ours, named by a %s', (_name, value) => {
  it('signs leaves that carry its name byte by byte', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: new x509.Name([{ CN: [value] }]),
      notBefore: new Date(NOW - DAY),
      notAfter: new Date(NOW + 30 * DAY),
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' }).toString();
    const authority = readAuthority(made.toString('pem'), key, NOW);
    if (authority === null) throw new Error('the authority was not taken');
    const leaf = new x509.X509Certificate((await issueLeaf(authority, ['a'], NOW)).certificate);
    const bytes = (name: x509.Name): string => Buffer.from(name.toArrayBuffer()).toString('hex');
    expect(bytes(leaf.issuerName)).toBe(bytes(made.subjectName));
  });
});

describe('readAuthority', () => {
  it('takes nothing that cannot sign', async () => {
    const authority = await createAuthority(NOW);
    const other = await createAuthority(NOW);
    const leaf = await issueLeaf(authority, ['a'], NOW);
    expect(readAuthority(authority.certificate, other.key, NOW)).toBeNull();
    expect(readAuthority(leaf.certificate, leaf.key, NOW)).toBeNull();
    expect(readAuthority(authority.certificate, authority.key, NOW + 2 * CA_LIFE_MS)).toBeNull();
    expect(readAuthority('', '', NOW)).toBeNull();
    expect(readPair(leaf.certificate, leaf.key)).not.toBeNull();
    expect(readAuthority(authority.certificate, authority.key, NOW)?.certificate).toBe(authority.certificate);
  });
});

describe('overlap', () => {
  it('keeps each certificate once, the newest first, and drops expired and unreadable ones', async () => {
    const [newest, before] = [await createAuthority(NOW), await createAuthority(NOW)];
    const expired = await createAuthority(NOW - 2 * CA_LIFE_MS);
    const junk = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const bundle = overlap(
      newest.certificate,
      before.certificate + newest.certificate + expired.certificate + junk,
      NOW,
    );
    expect(bundle.match(/BEGIN/g)).toHaveLength(2);
    expect(new X509Certificate(bundle).fingerprint256).toBe(
      new X509Certificate(newest.certificate).fingerprint256,
    );
    expect(overlap(newest.certificate, bundle, NOW)).toBe(bundle);
  });
});
