type Headers = readonly (readonly [string, string])[];

/**
 * RFC 9110 §7.6.1: these speak about one connection and must not travel. `proxy-*` carries credentials for us, not for the
 * model server. `content-length` and `transfer-encoding` frame one message on one connection: the next hop gets its own.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'content-length',
]);

/**
 * Headers by which frameworks take another method or path than the request line says (Rails, Express, Symfony, ASP.NET, IIS): a request
 * would be judged as one thing and served as another. `_` stands for `-` in servers of the CGI kind.
 */
const OVERRIDES: ReadonlySet<string> = new Set([
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-method',
  'x-forwarded-method',
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-forwarded-uri',
  'x-forwarded-path',
]);

/** Headers that only a boundary sets: from an upstream they would vouch for a decision that was none. */
const OURS = 'llm-boundary-';

/** The pseudonym in `Via`: says what stands here without giving away pod names or versions. */
const VIA = '1.1 llm-boundary';

export interface RequestHeaderOptions {
  /** The `Host` to send; null keeps the client's, as a model server behind its own pod address expects. */
  readonly host: string | null;
  /**
   * `identity`: the reply will be inspected, so no coding is asked for. `keep`: what the client accepts is forwarded.
   */
  readonly acceptEncoding: 'identity' | 'keep';
}

/**
 * What of a client's head may travel upstream, names in lower case, order kept. Drops the hop-by-hop headers, whatever
 * `Connection` nominates, `Expect` (answered here) and the framing, which is made anew from the body.
 *
 * `Via` is added to requests, because RFC 9110 §7.6.3 makes it a MUST there and it makes loops visible; replies carry none,
 * because there it is a MAY and only tells clients what they talk to.
 */
export function requestHeaders(
  rawHeaders: readonly string[],
  options: RequestHeaderOptions,
): [string, string][] {
  const kept: [string, string][] = [];
  let nominated: Set<string> | null = null;
  if (options.host !== null) kept.push(['host', options.host]);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    if (name === 'connection') nominated = nominate(value, nominated);
    if (HOP_BY_HOP.has(name) || name === 'expect' || OVERRIDES.has(name.replaceAll('_', '-'))) continue;
    if (name === 'host' && options.host !== null) continue;
    if (name === 'accept-encoding' && options.acceptEncoding === 'identity') continue;
    kept.push([name, value]);
  }
  if (options.acceptEncoding === 'identity') kept.push(['accept-encoding', 'identity']);
  kept.push(['via', VIA]);
  return without(kept, nominated);
}

export interface ReplyHeaderOptions {
  /**
   * True where the body was read by the boundary and goes out as `identity`: `content-encoding` goes, and so do digests of
   * the encoded bytes and ranges, which no longer fit.
   */
  readonly decoded: boolean;
}

const STALE_WHEN_DECODED: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-md5',
  'content-digest',
  'repr-digest',
  'digest',
  'etag',
  'accept-ranges',
]);

/** What of an upstream's head may travel to the client, names in lower case, order kept. The caller frames the body. */
export function replyHeaders(headers: Headers, options: ReplyHeaderOptions): [string, string][] {
  const kept: [string, string][] = [];
  let nominated: Set<string> | null = null;
  for (const [rawName, value] of headers) {
    const name = rawName.toLowerCase();
    if (name === 'connection') nominated = nominate(value, nominated);
    if (HOP_BY_HOP.has(name) || name.startsWith(OURS)) continue;
    if (options.decoded && STALE_WHEN_DECODED.has(name)) continue;
    kept.push([name, value]);
  }
  return without(kept, nominated);
}

/**
 * Trailers that may follow a body which was inspected (RFC 9110 §6.5.1). A trailer is a channel of its own and arrives after
 * the verdict, so only those that cannot carry text to a reader pass.
 */
const TRAILERS: ReadonlySet<string> = new Set(['grpc-status', 'server-timing', 'expires']);
const TRAILER_VALUE = /^[\w ,;:=."-]{1,128}$/;

/**
 * The trailers that may be sent on. Sent only to clients that announced `TE: trailers` (RFC 9110 §6.5: a sender that does not
 * know that trailers are read must count on them being dropped).
 */
export function replyTrailers(trailers: Headers, teHeader: string | undefined): [string, string][] {
  if (trailers.length === 0 || teHeader === undefined) return [];
  const announced = teHeader.split(',').some((token) => token.trim().toLowerCase() === 'trailers');
  if (!announced) return [];
  return trailers
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name, value]) => TRAILERS.has(name) && TRAILER_VALUE.test(value));
}

function nominate(value: string, into: Set<string> | null): Set<string> | null {
  // The two values that nearly every message carries nominate nothing that is not dropped anyway.
  if (value === 'keep-alive' || value === 'close') return into;
  const names = into ?? new Set<string>();
  for (const token of value.split(',')) names.add(token.trim().toLowerCase());
  return names;
}

function without(headers: [string, string][], nominated: Set<string> | null): [string, string][] {
  return nominated === null ? headers : headers.filter(([name]) => name === 'host' || !nominated.has(name));
}
