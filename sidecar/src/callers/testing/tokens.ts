import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** 2026-11-29, seconds. */
export const NOW = 1_795_996_800;
export const ISSUER = 'https://idp.example.com';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Private keys; `other` is not the issuer's. */
export const KEYS = { ec: ec.privateKey, rsa: rsa.privateKey, other: other.privateKey };

export const PUBLIC_EC = jwkOf(ec.publicKey);
export const PUBLIC_RSA = jwkOf(rsa.publicKey);
export const PUBLIC_OTHER = jwkOf(other.publicKey);

function jwkOf(key: KeyObject): Record<string, unknown> {
  return { ...key.export({ format: 'jwk' }) };
}

const CLAIMS = {
  iss: ISSUER,
  aud: 'bot',
  sub: 'ann',
  groups: ['support'],
  iat: NOW - 10,
  exp: NOW + 300,
};

interface Forged {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Default: the issuer's EC key. Null: no signature. A text: HMAC-SHA-256 with it as key. */
  readonly key?: KeyObject | string | null;
}

/** A token as an issuer, or an attacker, would write it. Undefined values are left out. */
export function token({ header = {}, claims = {}, key = KEYS.ec }: Forged = {}): string {
  const head = encoded({ alg: 'ES256', typ: 'JWT', ...header });
  const input = `${head}.${encoded({ ...CLAIMS, ...claims })}`;
  return `${input}.${signature(input, key)}`;
}

function signature(input: string, key: KeyObject | string | null): string {
  if (key === null) return '';
  if (typeof key === 'string') return createHmac('sha256', key).update(input).digest('base64url');
  const isEc = key.asymmetricKeyType === 'ec';
  return sign('sha256', Buffer.from(input), isEc ? { key, dsaEncoding: 'ieee-p1363' } : key).toString(
    'base64url',
  );
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
