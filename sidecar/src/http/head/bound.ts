type Headers = readonly (readonly [string, string])[];

/**
 * Headers of one body: digests of it (RFC 9530, RFC 1864, S3), and keys under which a server answers a repeated request with its first reply.
 */
const OF_BODY =
  /^(?:content-md5|(?:content-|repr-)?digest|x-amz-(?:content-sha256|checksum-.*)|(?:x-)?idempotency-key|repeatability-.*)$/;

/** The headers without those that hold for no other body; names in lower case. */
export function headersOfAnotherBody(headers: Headers): Headers {
  return headers.filter(([name]) => !OF_BODY.test(name));
}
