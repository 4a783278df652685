type Headers = readonly (readonly [string, string])[];

/**
 * Hop-by-hop headers (RFC 9110 §7.6.1). `proxy-*` carries credentials for the sidecar, not for the model server. `content-length` and
 * `transfer-encoding` frame one message on one connection: the next hop gets its own.
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
 * Headers by which frameworks override the method or path of the request line (Rails, Express, Symfony, ASP.NET, IIS): the server would
 * handle another request than the judged one. `_` stands for `-` in CGI-style servers.
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

/** Prefix of headers that only a boundary sets: an upstream could use them to fake a decision. */
const OURS = 'llm-boundary-';

/** The pseudonym in `Via`; reveals neither pod names nor versions. */
const VIA = '1.1 llm-boundary';

export interface RequestHeaderOptions {
  /** The `Host` to send; null keeps the client's, as a model server behind its own pod address expects. */
  readonly host: string | null;
  /** `identity`: the reply will be inspected, so no coding is requested. `keep`: the client's value is forwarded. */
  readonly acceptEncoding: 'identity' | 'keep';
}

/**
 * The end-to-end headers of a client's head, names in lower case, order kept. Drops the hop-by-hop headers, those that `Connection`
 * nominates, `Expect` (answered here) and the framing, which is recreated from the body. `Via` is added to requests, because RFC 9110
 * §7.6.3 requires it there and it makes loops visible; replies get none, because there it is optional and only reveals the sidecar.
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
    // Repeated by the client, with the same value (`inspectHead`).
    if (name === 'content-type' && kept.some(([other]) => other === name)) continue;
    if (name === 'accept-encoding' && options.acceptEncoding === 'identity') continue;
    kept.push([name, value]);
  }
  if (options.acceptEncoding === 'identity') kept.push(['accept-encoding', 'identity']);
  kept.push(['via', VIA]);
  return without(kept, nominated);
}

export interface ReplyHeaderOptions {
  /**
   * True if the boundary decoded the body, sent as `identity`: drops `content-encoding`, and digests of the encoded bytes and ranges, which
   * would be wrong.
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

/** The end-to-end headers of an upstream's head, names in lower case, order kept. The caller frames the body. */
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
 * Trailers allowed after an inspected body (RFC 9110 §6.5.1). A trailer is a separate channel and arrives after the verdict, so only those
 * that cannot carry text pass.
 */
const TRAILERS: ReadonlySet<string> = new Set(['grpc-status', 'server-timing', 'expires']);
const TRAILER_VALUE = /^[\w ,;:=."-]{1,128}$/;

/** The trailers to forward. Sent only to clients that announced `TE: trailers` (RFC 9110 §6.5). */
export function replyTrailers(trailers: Headers, teHeader: string | undefined): [string, string][] {
  if (trailers.length === 0 || teHeader === undefined) return [];
  const announced = teHeader.split(',').some((token) => token.trim().toLowerCase() === 'trailers');
  if (!announced) return [];
  return trailers
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name, value]) => TRAILERS.has(name) && TRAILER_VALUE.test(value));
}

function nominate(value: string, into: Set<string> | null): Set<string> | null {
  // The two most common values nominate only headers that are dropped anyway.
  if (value === 'keep-alive' || value === 'close') return into;
  const names = into ?? new Set<string>();
  for (const token of value.split(',')) names.add(token.trim().toLowerCase());
  return names;
}

function without(headers: [string, string][], nominated: Set<string> | null): [string, string][] {
  return nominated === null ? headers : headers.filter(([name]) => name === 'host' || !nominated.has(name));
}
