import { isIPv6 } from 'node:net';

import type { Identity } from '../exchange/index.ts';
import type { CompiledMesh } from '../policy/compile/compiled-callers.ts';
import type { CredentialFault } from './fault.ts';

/** In lower case. */
export const MESH_HEADER = 'x-forwarded-client-cert';
const MAX_CHARS = 64 * 1024;
const SPIFFE = /^spiffe:\/\/([a-z0-9._-]{1,255})(\/[A-Za-z0-9._/-]{1,1000})$/;

/**
 * Who the proxy of a mesh says that the caller is: the workload that its connection verified, which it appends as the last element of
 * `x-forwarded-client-cert` (Envoy, HTTP header manipulation). Null: the header is not there, or not from a peer that policy names, from
 * which it proves nothing. `address`: of the connection.
 */
export function meshCaller(
  value: string | string[] | undefined,
  address: string,
  mesh: CompiledMesh,
): Identity | CredentialFault | null {
  if (value === undefined || !isPeer(address, mesh)) return null;
  const text = Array.isArray(value) ? value.join(',') : value;
  if (text.length > MAX_CHARS) return 'certificate';
  const last = partsOf(text, ',')?.at(-1);
  const pairs = last === undefined ? null : partsOf(last, ';');
  if (pairs === null) return 'certificate';
  const uris = pairs.flatMap((pair) => (/^uri=/i.test(pair) ? [unquoted(pair.slice('uri='.length))] : []));
  const [subject = ''] = uris;
  const domain = SPIFFE.exec(subject)?.[1];
  if (uris.length !== 1 || domain === undefined) return 'certificate';
  if (!mesh.trustDomains.includes(domain)) return 'trust_domain';
  return { via: 'mesh', issuer: `spiffe://${domain}`, subject, groups: null, claims: {}, actor: null };
}

function isPeer(address: string, { peers }: CompiledMesh): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return plain !== '' && peers.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

/** The parts between separators that no quotation marks enclose; null where one is not closed. A backslash escapes the next character. */
function partsOf(text: string, separator: ',' | ';'): readonly string[] | null {
  const parts: string[] = [];
  let [start, isQuoted] = [0, false];
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (isQuoted && char === '\\') index += 1;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === separator && !isQuoted) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return isQuoted ? null : parts;
}

/** No SPIFFE ID has a character that would be escaped. */
function unquoted(value: string): string {
  return /^"(.*)"$/s.exec(value)?.[1] ?? value;
}
