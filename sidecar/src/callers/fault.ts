/** Why a credential does not verify its caller. */
export type CredentialFault =
  | 'too_large'
  | 'malformed'
  | 'issuer'
  | 'algorithm'
  | 'key'
  | 'signature'
  | 'critical'
  | 'audience'
  | 'expired'
  | 'not_yet'
  | 'no_expiry'
  | 'keys_unavailable'
  | 'certificate'
  | 'trust_domain'
  | 'unknown_key'
  | 'several_keys'
  | 'misplaced_key'
  | 'key_expired'
  | 'key_file'
  | 'subject'
  | 'actor';

/**
 * For the caller and the operator: without anything of the credential, which may be a secret. Plain ASCII without quotation marks, since it
 * stands in a header too (RFC 6750 §3).
 */
export const CREDENTIAL_FAULTS: Readonly<Record<CredentialFault, string>> = {
  too_large: 'the token is longer than 8192 characters',
  malformed: 'the token is not a signed JSON Web Token',
  issuer: 'the issuer of the token is not one that callers of the policy names',
  algorithm: 'the algorithm of the signature is not in callers.jwt[].algorithms',
  key: 'no key of callers.jwt[].jwks fits the token',
  signature: 'the signature of the token is not valid',
  critical: 'the token needs an extension that is not supported (crit)',
  audience: 'the token is not meant for an audience of callers.jwt[].audience',
  expired: 'the token has expired',
  not_yet: 'the token is not valid yet',
  no_expiry: 'the token never expires; exp is required',
  keys_unavailable: 'the keys of the issuer cannot be fetched from callers.jwt[].jwks.url',
  certificate: 'x-forwarded-client-cert has not exactly one SPIFFE ID in its last element',
  unknown_key: 'the API key is not one of callers.apiKeys',
  several_keys: 'the request has several API keys',
  misplaced_key:
    'an API key stands where or as none is read: Authorization: Bearer KEY, or KEY alone in a header of callers.apiKeys',
  key_expired: 'the API key has expired',
  key_file: 'a file of callers.apiKeys cannot be read, so none of its keys is accepted',
  trust_domain: 'the trust domain of the caller is not in callers.mesh[].trustDomains',
  subject: 'the token has no subject: callers.jwt[].subjectClaim names no text of up to 256 characters',
  actor: 'act of the token is not a chain of up to 8 parties with sub',
};
