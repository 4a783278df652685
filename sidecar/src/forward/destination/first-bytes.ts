/**
 * Protocol of a connection by its first bytes. `more`: they could still become HTTP. `http2`: the preface of HTTP/2 with prior knowledge
 * (RFC 9113 §3.4), with which gRPC begins.
 */
export type FirstBytes = 'tls' | 'http' | 'http2' | 'other' | 'more';

const TLS_HANDSHAKE = 22;
const PREFACE = 'PRI * HTTP/2.0\r\n';
/** RFC 9112 §3: method, target and version. The target has no space. */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ +HTTP\/\d/;
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}(?: |$)/;
/** Limit for detecting a request line; a longer one is decided by its beginning. */
const MAX_LINE = 8 * 1024;

/** `bytes`: all bytes received so far; attacker-controlled. */
export function firstBytes(bytes: Buffer): FirstBytes {
  if (bytes.length === 0) return 'more';
  if (bytes[0] === TLS_HANDSHAKE) return 'tls';
  const text = bytes.subarray(0, MAX_LINE).toString('latin1');
  if (text.startsWith(PREFACE)) return 'http2';
  if (PREFACE.startsWith(text)) return 'more';
  // RFC 9112 §2.2: servers ignore empty lines before a request.
  const line = text.replace(/^(?:\r?\n)+/, '');
  if (REQUEST_LINE.test(line)) return 'http';
  const whole = line.includes('\n') || text.length === MAX_LINE;
  return whole || !(line === '' || METHOD.test(line)) ? 'other' : 'more';
}
