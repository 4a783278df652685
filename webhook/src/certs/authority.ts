import 'reflect-metadata/lite';

import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';

import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3600e3;
/** Allows for API servers whose clock is behind. */
const BACKDATE_MS = 300e3;

export const CA_LIFE_MS = 365 * DAY_MS;
export const LEAF_LIFE_MS = 7 * DAY_MS;

/** A certificate and its key, as PEM. */
export interface PemPair {
  readonly certificate: string;
  readonly key: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Renewal is due after two thirds of the validity period. */
export function renewAtMs({ notBeforeMs, notAfterMs }: PemPair): number {
  return notBeforeMs + ((notAfterMs - notBeforeMs) * 2) / 3;
}

interface Keys {
  readonly pem: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicKey: webcrypto.CryptoKey;
}

function imported(key: KeyObject): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', key.export({ format: 'der', type: 'pkcs8' }), ALGORITHM, false, [
    'sign',
  ]);
}

async function newKeys(): Promise<Keys> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: ALGORITHM.namedCurve });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  return {
    pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    privateKey: await imported(privateKey),
    publicKey: await webcrypto.subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
  };
}

/** RFC 5280 §4.1.2.2: positive, and at most 20 octets. */
function serialNumber(): string {
  return `4${randomBytes(16).toString('hex').slice(1)}`;
}

function pair(certificate: x509.X509Certificate, key: string): PemPair {
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key,
    notBeforeMs: certificate.notBefore.getTime(),
    notAfterMs: certificate.notAfter.getTime(),
  };
}

function span(nowMs: number, lifeMs: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return {
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + lifeMs),
  };
}

/** A new CA that may sign leaves only. */
export async function createAuthority(nowMs: number): Promise<PemPair> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // The name differs between CAs, so that clients find the right one in a bundle of two.
    name: `CN=llm-boundary webhook ${randomBytes(4).toString('hex')}`,
    ...span(nowMs, CA_LIFE_MS),
    signingAlgorithm: ALGORITHM,
    keys: { privateKey: keys.privateKey, publicKey: keys.publicKey },
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pair(certificate, keys.pem);
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}

/** A serving certificate for the given names and addresses, signed by the CA. Never outlives it. */
export async function issueLeaf(
  authority: PemPair,
  names: readonly string[],
  nowMs: number,
): Promise<PemPair> {
  const keys = await newKeys();
  const issuer = new x509.X509Certificate(authority.certificate);
  const lifeMs = Math.min(LEAF_LIFE_MS, authority.notAfterMs - nowMs);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${names[0] ?? 'llm-boundary'}`,
    // The exact bytes of the CA's name: Go compares them, and the same text can be encoded in several ways.
    issuer: issuer.subjectName,
    ...span(nowMs, lifeMs),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await imported(createPrivateKey(authority.key)),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return pair(certificate, keys.pem);
}

/** Reads a pair from PEM. Null: not a certificate with its key. In a chain, the first certificate counts. */
export function readPair(certificate: string, key: string): PemPair | null {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return null;
    return {
      certificate,
      key,
      notBeforeMs: Date.parse(parsed.validFrom),
      notAfterMs: Date.parse(parsed.validTo),
    };
  } catch {
    return null;
  }
}

/** {@link readPair} for a CA that is currently valid. */
export function readAuthority(certificate: string, key: string, nowMs: number): PemPair | null {
  const found = readPair(certificate, key);
  return found !== null && new X509Certificate(certificate).ca && found.notAfterMs > nowMs ? found : null;
}
