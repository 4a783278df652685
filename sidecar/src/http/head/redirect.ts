/** Classification of a redirect. `own`: the client returns to the boundary at `location`. `host` is null if it cannot be determined. */
export type Redirect =
  | { readonly kind: 'none' }
  | { readonly kind: 'own'; readonly location: string }
  | { readonly kind: 'elsewhere'; readonly host: string | null };

/** Placeholder host: a reference that resolves to it is relative. */
const RELATIVE = 'relative.invalid';

/**
 * SDKs follow a 307 or 308 with the prompt and the credentials, so a redirect must not bypass the boundary. Parsed as clients do (WHATWG
 * URL). An absolute address of the server itself becomes a path. @param locations values of `Location` @param own authorities
 * (`host[:port]`) of the server: the client's `Host` and the upstream's
 */
export function redirectOf(status: number, locations: readonly string[], own: readonly string[]): Redirect {
  const [location, second] = locations;
  if (status < 300 || status > 399 || location === undefined) return { kind: 'none' };
  if (second !== undefined) return { kind: 'elsewhere', host: null };
  let url: URL;
  try {
    url = new URL(location, `http://${RELATIVE}/`);
  } catch {
    return { kind: 'elsewhere', host: null };
  }
  if (url.host === RELATIVE && url.username === '') return { kind: 'own', location };
  const web = url.protocol === 'http:' || url.protocol === 'https:';
  const isOwn = web && url.username === '' && own.some((authority) => bare(authority) === bare(url.host));
  // A path that begins with two slashes would be read as a host.
  if (!isOwn || url.pathname.startsWith('//')) return { kind: 'elsewhere', host: web ? url.host : null };
  return { kind: 'own', location: `${url.pathname}${url.search}${url.hash}` };
}

/** TLS may be terminated in front of the sidecar: the default ports of both schemes are equivalent. */
function bare(authority: string): string {
  return authority.toLowerCase().replace(/:(?:80|443)$/, '');
}
