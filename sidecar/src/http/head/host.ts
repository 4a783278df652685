import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** A host in canonical form. */
export interface Host {
  /**
   * Lower case, A-labels (RFC 5891), no trailing dot; IPv4 as four decimals; IPv6 by RFC 5952, without brackets. IPv4-mapped IPv6 is IPv4.
   */
  readonly name: string;
  readonly address: boolean;
}

/** `host[:port]` of a `Host` header or a URL. */
export interface Authority extends Host {
  /** Null if absent. */
  readonly port: number | null;
}

const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** Matches addresses in one of inet_aton's notations, and invalid ones; never names. */
const NUMERIC_LAST = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;

/**
 * Canonicalises any spelling of a host. Attacker-controlled input. inet_aton's notations (`0x7f.1`, `2130706433`, `0177.0.0.1`) become the
 * address, because resolvers read them so. Zone IDs, percent-encoding and userinfo are refused. @returns null if the text is not a host
 */
export function canonicalHost(text: string): Host | null {
  if (text.length === 0 || text.length > 255) return null;
  if (text.startsWith('[')) {
    return text.endsWith(']') && isIPv6(text.slice(1, -1)) ? ipv6(text.slice(1, -1)) : null;
  }
  if (isIPv6(text)) return ipv6(text);
  if (/[^\p{L}\p{N}\p{M}._\-\u3002\uff0e\uff61]/u.test(text)) return null;
  const ascii = domainToASCII(text).toLowerCase();
  const name = ascii.endsWith('.') ? ascii.slice(0, -1) : ascii;
  if (name === '' || name.length > 253) return null;
  if (isIPv4(name)) return { name, address: true };
  // domainToASCII has already converted every valid number into an address: this one is out of range.
  if (NUMERIC_LAST.test(name)) return null;
  return name.split('.').every((label) => LABEL.test(label)) ? { name, address: false } : null;
}

/** @returns null if the text is not `host[:port]` with a port from 1 to 65535 */
export function canonicalAuthority(text: string): Authority | null {
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return null;
  const host = canonicalHost(match[1] ?? '');
  if (host === null) return null;
  if (match[2] === undefined) return { ...host, port: null };
  const port = Number(match[2]);
  return port >= 1 && port <= 65_535 ? { ...host, port } : null;
}

/** `host[:port]` as policies list it: without the port that is usual for the scheme. */
export function authorityText({ name, port }: Pick<Authority, 'name' | 'port'>, usual: number): string {
  const host = hostInUrl(name);
  return port === null || port === usual ? host : `${host}:${port}`;
}

/** A host in URL form: IPv6 in brackets. */
export function hostInUrl(name: string): string {
  return name.includes(':') ? `[${name}]` : name;
}

function ipv6(text: string): Host | null {
  // A zone ID names an interface of this machine, which no policy can refer to.
  if (text.includes('%')) return null;
  const address = ipaddr.IPv6.parse(text);
  const plain = address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
  return { name: plain.toString(), address: true };
}

/** Ranges of the pod, the node or the cloud's metadata service, never of a service that a workload calls. */
const FORBIDDEN_RANGES: ReadonlySet<string> = new Set([
  'unspecified',
  'loopback',
  'linkLocal',
  'multicast',
  'broadcast',
]);

/** Metadata services within otherwise allowed ranges. */
const METADATA: ReadonlySet<string> = new Set([
  'fd00:ec2::254',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
]);

/**
 * True for loopback, link-local (with 169.254.169.254), unspecified, multicast and known metadata addresses, also embedded in IPv6 (mapped,
 * translated, NAT64, 6to4, Teredo). Private and reserved ranges are allowed: clusters and meshes use them. True for anything that is not an
 * address.
 */
export function isForbiddenAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return true;
  const address = ipaddr.process(text);
  if (METADATA.has(address.toString())) return true;
  if (FORBIDDEN_RANGES.has(address.range())) return true;
  const inner = address instanceof ipaddr.IPv6 ? embeddedIPv4(address) : null;
  return inner !== null && isForbiddenAddress(inner);
}

/** RFC 6052 (64:ff9b::/96), RFC 3056 (2002::/16), RFC 4380 (2001::/32), RFC 2765 (::ffff:0:0:0/96) and IPv4-compatible. */
function embeddedIPv4(address: ipaddr.IPv6): string | null {
  const bytes = address.toByteArray();
  const [a, b, c, d] = bytes;
  const at = (offset: number): string => bytes.slice(offset, offset + 4).join('.');
  if (bytes.slice(0, 12).every((byte) => byte === 0)) return at(12);
  if (address.range() === 'rfc6145') return at(12);
  if (a === 0x00 && b === 0x64 && c === 0xff && d === 0x9b) return at(12);
  if (a === 0x20 && b === 0x02) return at(2);
  if (a === 0x20 && b === 0x01 && c === 0 && d === 0) {
    return bytes
      .slice(12)
      .map((byte) => byte ^ 0xff)
      .join('.');
  }
  return null;
}
