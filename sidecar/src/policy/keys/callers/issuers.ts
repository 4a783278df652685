import { z } from 'zod';

import { canonicalJson } from '../../kinds/canonical-json.ts';
import { key, mapping } from '../../kinds/key.ts';
import { common, fixed, paired, strict, type Rule } from '../../kinds/rule.ts';
import { jwk } from './jwk.ts';

/** Asymmetric ones (RFC 7518 §3.1, RFC 9864): with a symmetric one, who can verify can forge. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const ISSUER_EXPECTED =
  'expected the issuer exactly as tokens name it in iss: up to 500 characters, without spaces';
const AUDIENCE_EXPECTED =
  'expected an audience, or a list of them: texts of up to 256 characters without spaces';
const CLAIM_EXPECTED = 'expected the name of a claim, or a list of names that leads to a nested one';
const HEADER_EXPECTED = 'expected the name of a header in lower case, such as "x-caller-token"';

const issuer = z
  .string({ error: ISSUER_EXPECTED })
  .regex(/^[^\s\p{Cc}]{1,500}$/u, { error: ISSUER_EXPECTED });
const audienceName = z
  .string({ error: AUDIENCE_EXPECTED })
  .regex(/^[^\s\p{Cc}]{1,256}$/u, { error: AUDIENCE_EXPECTED });

/** A text or a list. */
export const audience = z
  .union([audienceName, z.array(audienceName).min(1).max(16)], { error: AUDIENCE_EXPECTED })
  .transform((written): string[] => (typeof written === 'string' ? [written] : written));
const member = z
  .string({ error: CLAIM_EXPECTED })
  .min(1, { error: CLAIM_EXPECTED })
  .max(256, { error: CLAIM_EXPECTED });

/** A claim by its way from the top. */
const claim = z
  .union([member, z.array(member).min(1).max(4)], { error: CLAIM_EXPECTED })
  .transform((written): string[] => (typeof written === 'string' ? [written] : written));

/** Headers that frame or route a message are no place for a credential. */
const UNFIT =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|via|cookie|proxy-.*|x-forwarded-.*)$/;

export const header = z
  .string({ error: HEADER_EXPECTED })
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, { error: HEADER_EXPECTED })
  .max(64, { error: HEADER_EXPECTED })
  .refine((text) => !UNFIT.test(text), { error: HEADER_EXPECTED });

const URL_EXPECTED =
  'expected the https URL of a JWK Set, without user, query or fragment; http only on a loopback address';

const keySetUrl = z
  .string({ error: URL_EXPECTED })
  .max(500, { error: URL_EXPECTED })
  .regex(/^(?:https:\/\/[^\s/?#@\\]+|http:\/\/(?:127\.0\.0\.1|\[::1\])(?::\d+)?)\/[^\s?#\\]*$/, {
    error: URL_EXPECTED,
  })
  .refine((url) => URL.canParse(url), { error: URL_EXPECTED })
  .transform((url) => new URL(url).href);

const KEYS_EXPECTED = 'expected either keys or url';

const keySet = mapping({
  keys: key(
    z
      .array(jwk)
      .min(1)
      .max(64)
      .optional()
      .describe('Public keys of the issuer, as in its JWK Set. Only those that all layers have count.'),
    common(),
  ),
  url: key(
    keySetUrl
      .optional()
      .describe(
        'Where the issuer serves its JWK Set, instead of `keys`: fetched by the sidecar, again after 5 minutes and for a key that is not known, and used for an hour at most while it cannot be fetched. Only TLS vouches for it; the hash of the policy covers the URL alone. Layers must agree.',
      ),
    fixed<string>(),
  ),
});

/** The keys that both layers have; none where one has a URL, and the other keys or another URL. */
const keysOfLayers: Rule<z.output<typeof keySet.schema>> = {
  meet(a, b) {
    if (a.url === b.url) return keySet.meet(a, b);
    return { keys: [] };
  },
  canonical: (value) => keySet.canonical(value),
};

const keys = {
  issuer: key(
    issuer.describe('The issuer, exactly as its tokens name it in `iss`. Each issuer has one entry.'),
    fixed(),
  ),
  audience: key(
    audience.describe(
      'Tokens must be meant for one of these (`aud`). A text or a list. Only those that all layers have count.',
    ),
    common<string>(),
  ),
  jwks: key(
    keySet.schema
      .refine(({ keys: listed, url }) => (listed === undefined) !== (url === undefined), {
        error: KEYS_EXPECTED,
      })
      .describe(
        'The keys that verify its tokens: a JWK Set, so that the hash of the policy covers them, or its URL. No key or URL in a token is ever used.',
      ),
    keysOfLayers,
  ),
  algorithms: key(
    z
      .array(z.enum(ALGORITHMS))
      .min(1)
      .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
      .describe(
        'Algorithms of signatures: `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`. Never `none`, never a symmetric one. Only those that all layers have count. Default: `[RS256, PS256, ES256, EdDSA]`.',
      ),
    common(),
  ),
  subjectClaim: key(
    claim
      .default(['sub'])
      .describe(
        'The claim that is `caller.subject`: a name, or a list of names that leads to a nested one. Layers must agree. Default: `sub`.',
      ),
    fixed<string[]>(),
  ),
  groupsClaim: key(
    claim
      .optional()
      .describe(
        'The claim that is `caller.groups`: a list of texts, or one text. A token without it, or with anything else there, or with more than 256, has no `caller.groups`, so conditions about groups do not hold. Layers must agree. Default: none; no condition may name `caller.groups` then.',
      ),
    fixed<string[]>(),
  ),
  header: key(
    header
      .default('authorization')
      .describe(
        'The header with the token: `authorization` with the scheme Bearer, or another one with the token alone, which leaves `authorization` to the key of the model server. Layers must agree. Default: `authorization`.',
      ),
    fixed<string>(),
  ),
  forward: key(
    z
      .boolean()
      .default(false)
      .describe(
        'Whether the model server gets the token, once it is verified. `false` of any layer wins. Default: false; the header is removed.',
      ),
    strict<boolean>(false),
  ),
};

const entry = mapping(keys);

/** One issuer of one layer. */
export type JwtIssuer = z.output<typeof entry.schema>;

/** Issuers that both layers list and read in the same way, with what both accept of them. */
export const issuersOfLayers = paired(
  entry,
  ({ audience: meant, algorithms, jwks }) =>
    [meant, algorithms, jwks.keys].every((list) => list === undefined || list.length > 0),
  readsAlike,
);

function readsAlike(a: JwtIssuer, b: JwtIssuer): boolean {
  const agrees = (own: unknown, other: unknown): boolean =>
    own === undefined || other === undefined || canonicalJson(own) === canonicalJson(other);
  return (
    a.issuer === b.issuer &&
    a.header === b.header &&
    agrees(a.subjectClaim, b.subjectClaim) &&
    agrees(a.groupsClaim, b.groupsClaim)
  );
}

/** Each issuer once. */
export const issuers = z
  .array(entry.schema)
  .max(16)
  .superRefine((entries, context) => {
    const seen = new Set<string>();
    for (const [index, { issuer: each }] of entries.entries()) {
      if (seen.has(each))
        context.addIssue({
          code: 'custom',
          path: [index, 'issuer'],
          message: 'this issuer is listed twice; put its audiences and keys into one entry',
        });
      seen.add(each);
    }
  });
