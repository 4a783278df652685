import { isIPv4, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { Destination } from '../forward/destination/destination.ts';
import { authorityText, canonicalAuthority, isForbiddenAddress, type Authority } from '../http/head/host.ts';

/** The target of an outbound HTTP request. */
export interface OutboundTarget {
  /** `http(s)://host[:port]`, canonical. */
  readonly origin: string;
  /** Path and query for the upstream: the provider's base path in place of `/NAME`. */
  readonly path: string;
  /** Canonical `host[:port]`, without the scheme's default port: the form that policy lists. */
  readonly host: string;
  /** Null if the Host header named the target. */
  readonly provider: string | null;
}

export interface ProviderRoute {
  readonly name: string;
  /** `https://host[:port]/base`, without a trailing slash. */
  readonly url: string;
}

/**
 * `unknown_provider`: a path on the sidecar itself that begins with no provider's name. `forbidden_address`: an address of the pod or of a
 * metadata service that policy does not list.
 */
export type TargetFault = 'unknown_provider' | 'host' | 'forbidden_address' | 'path';

export interface TargetRules {
  /** True if policy observes: a request is then sent to the dialled address, whatever its `Host`. */
  readonly observes?: boolean;
  readonly providers: readonly ProviderRoute[];
  /** True if policy lists this very address. */
  readonly listsAddress: (address: string) => boolean;
}

/**
 * The upstream of a request on the outbound listener: a provider's, if the client uses the sidecar's own address as base URL, else the
 * requested host of its redirected connection. The port in `Host` counts, the dialled address does not.
 */
export function targetOf(req: IncomingMessage, rules: TargetRules): OutboundTarget | TargetFault {
  const authority = canonicalAuthority(req.headers.host ?? '');
  if (authority === null) return 'host';
  if (isSelf(authority, req)) return providerTarget(req.url ?? '/', rules.providers);
  if (authority.address && isForbiddenAddress(authority.name) && !rules.listsAddress(authority.name)) {
    return 'forbidden_address';
  }
  const host = authorityText(authority, 80);
  return { origin: `http://${host}`, path: req.url ?? '/', host, provider: null };
}

/**
 * The same under an observing policy, for a redirected client: sent to the dialled address, and judged by `Host` if that is a host. No
 * address is forbidden, because observing changes nothing.
 */
export function dialledTarget(req: IncomingMessage, { address, port }: Destination): OutboundTarget {
  const named = canonicalAuthority(req.headers.host ?? '');
  const place = authorityText({ name: address, port }, 80);
  const host = named === null ? place : authorityText(named, 80);
  return { origin: `http://${place}`, path: req.url ?? '/', host, provider: null };
}

/** True for the sidecar's own listener: loopback or the address that the client reached, on our port. */
function isSelf(authority: Authority, req: IncomingMessage): boolean {
  const { localAddress, localPort } = req.socket;
  if ((authority.port ?? 80) !== localPort) return false;
  if (authority.name === 'localhost') return true;
  if (!authority.address) return false;
  const local = localAddress === undefined ? null : canonicalAuthority(bracketed(localAddress));
  return authority.name === local?.name || isLoopback(authority.name);
}

function bracketed(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

function providerTarget(url: string, providers: readonly ProviderRoute[]): OutboundTarget | TargetFault {
  const match = /^\/([^/?]+)(\/[^?]*)?(\?.*)?$/.exec(url);
  if (match === null) return 'unknown_provider';
  const [, name = '', rest = '', query = ''] = match;
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider === undefined) return 'unknown_provider';
  // The base path belongs to the provider: leaving it by `..` would reach paths outside the policy.
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(rest)) return 'path';
  const base = new URL(provider.url);
  const authority = canonicalAuthority(base.host);
  if (authority === null) return 'host';
  const secure = base.protocol === 'https:';
  const host = authorityText(authority, secure ? 443 : 80);
  const prefix = base.pathname === '/' ? '' : base.pathname;
  return {
    origin: `${base.protocol}//${host}`,
    path: `${prefix}${restOf(name, rest, prefix)}${query}`,
    host,
    provider: provider.name,
  };
}

/** The path after the provider's name. Some SDKs add the base path themselves (groq-sdk), some omit `/v1` (@ai-sdk/anthropic). */
function restOf(provider: string, rest: string, prefix: string): string {
  if (rest === '') return '/';
  if (prefix !== '' && rest.startsWith(`${prefix}/`)) return rest.slice(prefix.length);
  return provider === 'anthropic' && prefix === '' && /^\/messages(?:\/|$)/.test(rest) ? `/v1${rest}` : rest;
}
