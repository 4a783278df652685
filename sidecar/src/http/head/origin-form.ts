import type { IncomingMessage } from 'node:http';

import { canonicalAuthority, type Authority } from './host.ts';

const HTTP_PORT = 80;
const ABSOLUTE = /^http:\/\/([^/?#]*)(.*)$/is;

/**
 * Rewrites an absolute-form target (RFC 9112 §3.2.2), as clients send it to a proxy, to the origin form in which it is judged and forwarded
 * (§3.2.1). Only if it names the host of the `Host` header, as clients must: servers differ in which of the two counts. Any other target is
 * left for `inspectHead` to refuse.
 */
export function toOriginForm(req: IncomingMessage): void {
  const [, authority = '', rest = ''] = ABSOLUTE.exec(req.url ?? '') ?? [];
  if (authority === '' || !isSame(canonicalAuthority(authority), canonicalAuthority(req.headers.host ?? '')))
    return;
  req.url = rest.startsWith('/') ? rest : `/${rest}`;
}

function isSame(one: Authority | null, other: Authority | null): boolean {
  if (one === null || other === null) return false;
  return one.name === other.name && (one.port ?? HTTP_PORT) === (other.port ?? HTTP_PORT);
}
