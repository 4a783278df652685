import type { LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

/** Timeout of a query to one server, and number of attempts. */
const TIMEOUT_MS = 2000;
const TRIES = 3;

export interface NameServers {
  /** Addresses, with a port if it is not 53: `10.96.0.10`, `[fd00::a]:5353`. */
  readonly servers: readonly string[];
  /** Search domains for names that do not resolve as given, in this order. */
  readonly search: readonly string[];
}

type Ask = (name: string) => Promise<readonly LookupAddress[]>;

/** The error of `getaddrinfo`. */
function failure(code: 'ENOTFOUND' | 'EAI_AGAIN', cause?: unknown): NodeJS.ErrnoException {
  return Object.assign(new Error(code, { cause }), { code });
}

function isAbsent(reason: unknown): boolean {
  return (
    typeof reason === 'object' &&
    reason !== null &&
    'code' in reason &&
    (reason.code === 'ENOTFOUND' || reason.code === 'ENODATA')
  );
}

/** Both address families. Empty: the name does not exist. @throws if a server failed, which says nothing about the name */
function asking(servers: readonly string[]): Ask {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  resolver.setServers(servers);
  return async (name) => {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = [v4, v6].flatMap((result, index) =>
      result.status === 'fulfilled'
        ? result.value.map((address) => ({ address, family: index === 0 ? 4 : 6 }))
        : [],
    );
    const broken = [v4, v6].find((result) => result.status === 'rejected' && !isAbsent(result.reason));
    if (found.length === 0 && broken?.status === 'rejected') throw failure('EAI_AGAIN', broken.reason);
    return found;
  };
}

/** RFC 6761 §6.3 */
function isLocalhost(name: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(name);
}
const LOOPBACK: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * A name as given comes first, so that no search domain can answer for an existing host. A name without a dot is tried under the search
 * domains only, as is one that ends in `svc`: these must resolve even if the cluster's DNS has no upstream.
 */
function candidates(name: string, search: readonly string[]): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const below = search.map((domain) => `${name}.${domain}`);
  if (!name.includes('.')) return below;
  return /\.svc$/i.test(name) ? [...below, name] : [name, ...below];
}

async function find(name: string, ask: Ask, search: readonly string[]): Promise<readonly LookupAddress[]> {
  if (isLocalhost(name)) return LOOPBACK;
  const family = isIP(name);
  if (family !== 0) return [{ address: name, family }];
  for (const candidate of candidates(name, search)) {
    const found = await ask(candidate);
    if (found.length > 0) return found;
  }
  throw failure('ENOTFOUND');
}

/**
 * Resolves names at the given servers only. The system's resolver reads `/etc/hosts` and `/etc/resolv.conf`, which all containers of a pod
 * share and root in any of them can write: that would let a container choose the address of an allowed host.
 */
export function lookupAt({ servers, search }: NameServers): LookupFunction {
  const ask = asking(servers);
  return (hostname, options, callback) => {
    const wanted = options.family === 4 || options.family === 6 ? options.family : null;
    find(hostname, ask, search).then(
      (found) => {
        const fit = found.filter(({ family }) => wanted === null || family === wanted);
        const [first] = fit;
        if (first === undefined) callback(failure('ENOTFOUND'), []);
        else if (options.all === true) callback(null, [...fit]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : failure('EAI_AGAIN', error), []),
    );
  };
}
