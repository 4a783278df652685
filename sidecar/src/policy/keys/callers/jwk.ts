import { z } from 'zod';

// Never quotes what was written: it may be a private key.
const KEY_EXPECTED =
  'expected a public key as JWK (RFC 7517): RSA of 2048 bits or more with n and e, or EC or OKP with crv and x; never a private or a symmetric key';

/** Members that a private or symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const MIN_RSA_BYTES = 256;

const base64url = z.string().regex(/^[A-Za-z0-9_-]{1,1400}$/, { error: KEY_EXPECTED });

const common = {
  kid: z.string().min(1).max(256).optional(),
  alg: z.string().max(16).optional(),
  use: z.literal('sig').optional(),
};

/** Members that do not matter for a signature (certificates, thumbprints) are left out. */
const publicKey = z.union(
  [
    z.object({
      kty: z.literal('RSA'),
      n: base64url.refine(isLong, { error: KEY_EXPECTED }),
      e: base64url,
      ...common,
    }),
    z.object({
      kty: z.literal('EC'),
      crv: z.enum(['P-256', 'P-384', 'P-521']),
      x: base64url,
      y: base64url,
      ...common,
    }),
    z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: base64url, ...common }),
  ],
  { error: KEY_EXPECTED },
);

function isLong(modulus: string): boolean {
  return Buffer.from(modulus, 'base64url').length >= MIN_RSA_BYTES;
}

/** One public key of an issuer, reduced to what verifies. */
export type PublicJwk = z.output<typeof publicKey>;

/** One key of a JWK Set (RFC 7517). */
export const jwk = z
  .record(z.string(), z.unknown(), { error: KEY_EXPECTED })
  .refine((written) => PRIVATE.every((member) => !(member in written)), { error: KEY_EXPECTED, abort: true })
  .pipe(publicKey);
