type Headers = readonly (readonly [string, string])[];

/**
 * Hop-by-hop headers (RFC 9110 §7.6.1). In observe mode everything else in a head is forwarded as written, in its order and case: also the
 * headers that enforcing drops, and without a `Via`.
 */
const ONE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'upgrade',
  'http2-settings',
]);

/** The head of a request to forward. `host` replaces the client's; null keeps it. The sender frames the body. */
export function carriedRequestHeaders(
  rawHeaders: readonly string[],
  host: string | null,
): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    headers.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  const carried = withoutConnection(headers).filter(([name]) => !FRAMED_ANEW.has(name.toLowerCase()));
  const takesTrailers = headers.some(
    ([name, value]) => name.toLowerCase() === 'te' && /(?:^|,)\s*trailers\s*(?:,|$)/i.test(value),
  );
  if (takesTrailers) carried.push(['TE', 'trailers']);
  if (host === null) return carried;
  return [['Host', host], ...carried.filter(([name]) => name.toLowerCase() !== 'host')];
}

/** `Expect` is answered here: the body is read before it is forwarded. */
const FRAMED_ANEW: ReadonlySet<string> = new Set(['content-length', 'expect']);

/** The head of a reply to forward. `own`: the one header that the sidecar sets. */
export function carriedReplyHeaders(
  rawHeaders: Headers,
  own: readonly [string, string],
  keepsTrailer: boolean,
): [string, string][] {
  const carried = withoutConnection(rawHeaders).filter(([rawName]) => {
    const name = rawName.toLowerCase();
    return name !== own[0] && (keepsTrailer || name !== 'trailer');
  });
  return [...carried, [own[0], own[1]]];
}

function withoutConnection(headers: Headers): [string, string][] {
  const nominated = new Set(
    headers
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.toLowerCase().split(','))
      .map((token) => token.trim()),
  );
  return headers
    .filter(([rawName]) => {
      const name = rawName.toLowerCase();
      return !ONE_CONNECTION.has(name) && (name === 'host' || !nominated.has(name));
    })
    .map(([name, value]) => [name, value]);
}

/** An informational reply in wire format. */
export function interimHead(status: number, reason: string, headers: Headers): string {
  const lines = withoutConnection(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`;
}
