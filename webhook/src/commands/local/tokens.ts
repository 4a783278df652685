import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';

const ISSUER = 'https://llm-boundary.invalid/local';
const SUBJECT = 'system:serviceaccount:llm-boundary:llm-boundary-console';
const LIFETIME_SECONDS = 600;

/** Stands for the API server where there is none: tokens of the console, signed with a key that ends with the process. */
export class LocalTokens {
  /** `service-accounts.json` of a policy folder, so that its sidecar accepts them. */
  readonly serviceAccounts: string;
  readonly #key: KeyObject;
  readonly #kid = randomUUID();
  readonly #now: () => number;

  constructor(now: () => number) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: this.#kid, alg: 'ES256', use: 'sig' }];
    this.serviceAccounts = `${JSON.stringify({ issuer: ISSUER, jwks: { keys }, console: SUBJECT })}\n`;
    this.#key = privateKey;
    this.#now = now;
  }

  /** A token of the console for one audience (RFC 7519). */
  tokenFor(audience: string): string {
    const iat = Math.floor(this.#now() / 1000);
    const claims = { iss: ISSUER, sub: SUBJECT, aud: audience, iat, exp: iat + LIFETIME_SECONDS };
    const parts = [{ alg: 'ES256', typ: 'JWT', kid: this.#kid }, claims];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }
}
