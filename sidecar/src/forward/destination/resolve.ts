import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isForbiddenAddress } from '../../http/head/host.ts';
import { UpstreamError } from '../upstream-error.ts';

export interface ResolverOptions {
  /** True if the policy lists this very address, which may then be loopback or link-local. */
  readonly listsAddress: (address: string) => boolean;
  /** Null: the system's resolver (`getaddrinfo`, so /etc/hosts and the pod's search domains). */
  readonly lookup: LookupFunction | null;
}

/**
 * Resolves names for outbound connections and drops every forbidden address, in the same step in which the socket gets its address: there
 * is no second resolution that an attacker's DNS server could answer differently. Fails with `forbidden_address` if none is left. Literal
 * addresses are not resolved: `mayDial` judges them.
 */
export function createResolver(options: ResolverOptions): LookupFunction {
  const lookup: LookupFunction =
    options.lookup ??
    ((hostname, lookupOptions, callback) =>
      systemLookup(hostname, { ...lookupOptions, all: true }, callback));
  return (hostname, lookupOptions: LookupOptions, callback) => {
    lookup(hostname, { ...lookupOptions, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const addresses: LookupAddress[] =
        typeof found === 'string' ? [{ address: found, family: found.includes(':') ? 6 : 4 }] : found;
      const allowed = addresses.filter(({ address }) => mayDial(address, options.listsAddress));
      const [first] = allowed;
      if (first === undefined) {
        callback(new UpstreamError('forbidden_address'), []);
        return;
      }
      if (lookupOptions.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

/** Judges a literal address. */
export function mayDial(address: string, listsAddress: (address: string) => boolean): boolean {
  return !isForbiddenAddress(address) || listsAddress(address);
}
