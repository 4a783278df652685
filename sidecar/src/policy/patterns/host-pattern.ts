/** A parsed host pattern. */
interface HostPattern {
  /** Without the leading `*.`; empty for `*`. */
  readonly name: string;
  readonly below: boolean;
  /** Null: 80 and 443. */
  readonly port: string | null;
}

const WEB_PORTS: ReadonlySet<string> = new Set(['', '80', '443']);

/** Splits `host[:port]`; the port is empty if absent. Brackets stay on IPv6 addresses. */
function split(text: string): { name: string; port: string } {
  const match = /^(.*?)(?::([0-9]+|\*))?$/.exec(/^[^[]*:.*:/.test(text) ? `[${text}]` : text);
  return { name: match?.[1] ?? text, port: match?.[2] ?? '' };
}

function parseHost(pattern: string): HostPattern {
  const { name, port } = split(pattern);
  const below = name === '*' || name.startsWith('*.');
  return { name: name === '*' ? '' : below ? name.slice(2) : name, below, port: port === '' ? null : port };
}

/**
 * Matches `host[:port]` against patterns, without case and trailing dot. A pattern without a port means 80 and 443; a host without a port
 * is on one of those.
 */
export function compileHosts(patterns: readonly string[]): (host: string) => boolean {
  const parsed = patterns.map(parseHost);
  return (host) => {
    const { name, port } = split(host.toLowerCase());
    const plain = name.replace(/\.$/, '');
    return (
      plain !== '' && parsed.some((pattern) => nameMatches(pattern, plain) && portMatches(pattern.port, port))
    );
  };
}

/** True if every list names this very address, on any port. Wildcards match names only. */
export function compileAddressLists(lists: readonly (readonly string[])[]): (address: string) => boolean {
  const parsed = lists.map((patterns) => patterns.map(parseHost));
  return (address) => {
    const wanted = split(address.toLowerCase()).name;
    return parsed.every((patterns) => patterns.some(({ name, below }) => !below && name === wanted));
  };
}

/** True if every list has a matching pattern. */
export function compileHostLists(lists: readonly (readonly string[])[]): (host: string) => boolean {
  const matchers = lists.map(compileHosts);
  return (host) => matchers.every((matches) => matches(host));
}

function nameMatches({ name, below }: HostPattern, host: string): boolean {
  if (!below) return host === name;
  return name === '' || host.endsWith(`.${name}`);
}

function portMatches(wanted: string | null, port: string): boolean {
  if (wanted === '*') return true;
  if (wanted === null) return WEB_PORTS.has(port);
  return port === wanted || (port === '' && WEB_PORTS.has(wanted));
}

/** The intersection of several lists as one list: host patterns, unlike globs, have exact intersections. */
export function intersectHosts(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...rest] = lists;
  let patterns = first.map(parseHost);
  for (const list of rest) {
    const others = list.map(parseHost);
    patterns = patterns.flatMap((a) => others.map((b) => meetHosts(a, b)).filter((both) => both !== null));
  }
  return [...new Set(patterns.map(printHost))].sort();
}

function meetHosts(a: HostPattern, b: HostPattern): HostPattern | null {
  const port = meetPorts(a.port, b.port);
  const narrow = narrower(a, b) ?? narrower(b, a);
  return port === undefined || narrow === null ? null : { ...narrow, port };
}

/** `a` if `b` matches everything that it matches. */
function narrower(a: HostPattern, b: HostPattern): HostPattern | null {
  if (!b.below) return !a.below && a.name === b.name ? a : null;
  if (b.name === '') return a;
  if (a.below) return a.name === b.name || a.name.endsWith(`.${b.name}`) ? a : null;
  return a.name.endsWith(`.${b.name}`) ? a : null;
}

function meetPorts(a: string | null, b: string | null): string | null | undefined {
  if (a === b || b === '*') return a;
  if (a === '*') return b;
  if (a === null && b !== null && WEB_PORTS.has(b)) return b;
  if (b === null && a !== null && WEB_PORTS.has(a)) return a;
  return undefined;
}

function printHost({ name, below, port }: HostPattern): string {
  const host = name === '' ? '*' : below ? `*.${name}` : name;
  return port === null ? host : `${host}:${port}`;
}
