import { errors } from 'undici';

/**
 * Why an upstream did not answer, or did not finish. `forbidden_address`: the name resolves to an address that must not be reached.
 * `stale`: a reused connection ended without a byte of the reply. `overloaded`: the limit of concurrent exchanges is reached.
 * `malformed_reply`: the reply violates HTTP/1.1.
 */
export type UpstreamErrorCode =
  | 'connect_failed'
  | 'connect_timeout'
  | 'resolve_failed'
  | 'forbidden_address'
  | 'tls_failed'
  | 'headers_timeout'
  | 'body_timeout'
  | 'broken'
  | 'stale'
  | 'malformed_reply'
  | 'redirected'
  | 'request_invalid'
  | 'overloaded'
  | 'closed';

const EXPLANATIONS: Readonly<Record<UpstreamErrorCode, string>> = {
  connect_failed: 'The upstream refuses connections; check that the server listens on this address.',
  connect_timeout: 'The upstream did not accept the connection in time; check address and network policy.',
  resolve_failed: 'The name of the upstream does not resolve; check its spelling and the DNS policy.',
  forbidden_address:
    'The upstream resolves to a loopback, link-local or metadata address; action.hosts of the policy would allow it where it lists the address.',
  tls_failed: 'The TLS handshake with the upstream failed; check the certificate and the given CA file.',
  headers_timeout: 'The upstream did not begin its reply in time.',
  body_timeout: 'The upstream stopped in the middle of its reply.',
  broken: 'The upstream closed the connection before its reply was complete.',
  stale: 'The upstream closed a keep-alive connection without sending any byte of a reply.',
  malformed_reply: 'The reply of the upstream is not valid HTTP/1.1; no policy key would allow it.',
  redirected:
    'The upstream redirects to another host. Outbound, action.hosts of the policy allows it to hosts that it lists; inbound no policy key does: let the server redirect to a path.',
  request_invalid: 'The request cannot be sent over HTTP/1.1.',
  overloaded: 'Too many exchanges with this upstream are in progress.',
  closed: 'The sidecar is shutting down.',
};

/** Messages name the fault only: no header, path or body. */
export class UpstreamError extends Error {
  readonly code: UpstreamErrorCode;

  constructor(code: UpstreamErrorCode, cause?: unknown) {
    super(EXPLANATIONS[code], { cause });
    this.name = 'UpstreamError';
    this.code = code;
  }
}

/** System, undici and resolver codes with an unambiguous meaning. Any other code means a broken connection. */
const CODES: Readonly<Record<string, UpstreamErrorCode>> = {
  ECONNREFUSED: 'connect_failed',
  EHOSTUNREACH: 'connect_failed',
  ENETUNREACH: 'connect_failed',
  EADDRNOTAVAIL: 'connect_failed',
  EACCES: 'connect_failed',
  EPERM: 'connect_failed',
  ETIMEDOUT: 'connect_timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect_timeout',
  ENOTFOUND: 'resolve_failed',
  EAI_AGAIN: 'resolve_failed',
  EAI_FAIL: 'resolve_failed',
  EAI_NODATA: 'resolve_failed',
  UND_ERR_HEADERS_TIMEOUT: 'headers_timeout',
  UND_ERR_BODY_TIMEOUT: 'body_timeout',
  UND_ERR_HEADERS_OVERFLOW: 'malformed_reply',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'broken',
  UND_ERR_INVALID_ARG: 'request_invalid',
  UND_ERR_NOT_SUPPORTED: 'request_invalid',
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: 'request_invalid',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_CLOSED: 'closed',
};

const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Maps any failure of a socket, of the resolver or of undici to a code. Idempotent. */
export function toUpstreamError(error: unknown): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const code = errorCode(error);
  if (error instanceof errors.HTTPParserError) return new UpstreamError('malformed_reply', error);
  if (code === null) return new UpstreamError('broken', error);
  const known = CODES[code];
  if (known !== undefined) return new UpstreamError(known, error);
  if (TLS_CODE.test(code)) return new UpstreamError('tls_failed', error);
  return new UpstreamError('broken', error);
}

function errorCode(error: unknown): string | null {
  // Several addresses were tried (RFC 8305): the error of the first is reported.
  if (error instanceof AggregateError) {
    const [first] = error.errors as unknown[];
    return errorCode(first);
  }
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
