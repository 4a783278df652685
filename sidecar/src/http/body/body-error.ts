/** `aborted`: the client disconnected, or the sidecar ends. */
export type BodyErrorCode =
  'overloaded' | 'too_large' | 'unsupported_encoding' | 'malformed_encoding' | 'aborted';

const EXPLANATIONS: Readonly<Record<BodyErrorCode, string>> = {
  overloaded:
    'The bodies that the sidecar holds have no room for this one; no policy key makes any: raise --body-memory-mebibytes, or try again.',
  too_large: 'The body is larger than the limit, as sent or after decoding.',
  unsupported_encoding: 'Use gzip, deflate, br or zstd, and only one of them.',
  malformed_encoding: 'The body does not decode as its Content-Encoding says.',
  aborted: 'The body broke off before its end.',
};

/** Why a body could not be read. Messages never hold content. */
export class BodyError extends Error {
  readonly code: BodyErrorCode;

  constructor(code: BodyErrorCode, cause?: unknown) {
    super(EXPLANATIONS[code], { cause });
    this.name = 'BodyError';
    this.code = code;
  }
}
