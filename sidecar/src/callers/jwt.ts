import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
} from 'jose';

import type { Identity } from '../exchange/index.ts';
import type { CompiledIssuer } from '../policy/compile/compiled-callers.ts';
import { identityIn } from './claims.ts';
import type { CredentialFault } from './fault.ts';
import { KeysUnavailable, type KeySource } from './key-source.ts';

/** Longest token that is read. */
const MAX_TOKEN_CHARS = 8192;
/** How far clocks may be apart, seconds. */
const SKEW_SECONDS = 30;

/** Compact serialization of a JWS (RFC 7515 §7.1) with a signature. */
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

type KeySet = JWTVerifyGetKey;

const KEY_SETS = new WeakMap<CompiledIssuer, KeySet>();

/** What tokens are verified with, besides the policy. */
export interface Verification {
  /** Since the epoch. */
  readonly nowMs: number;
  readonly keySource: KeySource;
  /** Of the connection; empty if it is gone. */
  readonly address: string;
}

/** The issuer that a token claims, unverified; null if it is none that can be read. */
export function claimedIssuer(token: string): string | null {
  if (token.length > MAX_TOKEN_CHARS || !COMPACT.test(token) || !token.split('.').every(isCanonical))
    return null;
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : null;
  } catch {
    return null;
  }
}

/** One text for one value: the last character of base64url can have bits that stand for nothing (RFC 4648 §3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

/** Why a token cannot be read at all. */
export function unreadable(token: string): CredentialFault {
  return token.length > MAX_TOKEN_CHARS ? 'too_large' : 'malformed';
}

/**
 * Verifies a token of an issuer (RFC 7519 §7.2, RFC 8725): signature under a key of the policy, algorithm, audience, times. Keys and URLs in
 * its own header (`jwk`, `jku`, `x5c`, `x5u`) are never used. `nowMs`: since the epoch. Never rejects.
 */
export async function verifyToken(
  token: string,
  issuer: CompiledIssuer,
  { nowMs, keySource }: Verification,
): Promise<Identity | CredentialFault> {
  try {
    const { alg } = decodeProtectedHeader(token);
    if (alg === undefined || !issuer.algorithms.includes(alg)) return 'algorithm';
    const payload = await payloadOf(token, keySetOf(issuer, keySource), {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      audience: [...issuer.audience],
      clockTolerance: SKEW_SECONDS,
      currentDate: new Date(nowMs),
    });
    return timesFault(payload, nowMs) ?? identityIn(payload, issuer);
  } catch (error) {
    return faultOf(error);
  }
}

/** Where several keys fit, as while keys rotate and the token has no `kid`, each is tried: at most all keys of the issuer. */
async function payloadOf(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (fault) {
        if (!(fault instanceof errors.JWSSignatureVerificationFailed)) throw fault;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function keySetOf(issuer: CompiledIssuer, keySource: KeySource): KeySet {
  const { keys } = issuer;
  if (keys.kind === 'fetched') return keySource.at(keys);
  let found = KEY_SETS.get(issuer);
  if (found === undefined) {
    found = createLocalJWKSet({ keys: keys.keys.map((key) => JSON.parse(JSON.stringify(key)) as JWK) });
    KEY_SETS.set(issuer, found);
  }
  return found;
}

/** What jose does not ask: it checks `exp` where there is one, and `iat` for an age only. */
function timesFault({ exp, iat }: JWTPayload, nowMs: number): CredentialFault | null {
  if (exp === undefined) return 'no_expiry';
  if (iat === undefined) return null;
  if (typeof iat !== 'number') return 'malformed';
  return iat > nowMs / 1000 + SKEW_SECONDS ? 'not_yet' : null;
}

function faultOf(error: unknown): CredentialFault {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return claimFault(error.claim);
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JOSENotSupported) return 'critical';
  if (error instanceof errors.JWKSNoMatchingKey) return 'key';
  if (error instanceof KeysUnavailable) return 'keys_unavailable';
  // Whatever else: a key that does not fit its algorithm, a header that is no JSON.
  return error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid ? 'malformed' : 'key';
}

function claimFault(claim: string): CredentialFault {
  switch (claim) {
    case 'aud':
      return 'audience';
    case 'nbf':
      return 'not_yet';
    case 'iss':
      return 'issuer';
    default:
      return 'malformed';
  }
}
