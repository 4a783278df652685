import type { Decision } from '../../exchange/index.ts';

/** The destination of an exchange. */
export interface Target {
  /** `http(s)://host[:port]`, without a path; empty if there is no destination. */
  readonly origin: string;
  /** Path and query as sent to the upstream, raw. */
  readonly url: string;
  /** The path for selecting the dialect: without the query and without a provider's base path. */
  readonly path: string;
  /** Raw, without the question mark. */
  readonly query: string;
  /** `host[:port]` outbound; null inbound. */
  readonly host: string | null;
  /** True if an observing policy keeps the client's own `Host`. Default: true when `host` is not null. */
  readonly keepsHost?: boolean;
  readonly direction: Decision['direction'];
}

/** Splits `url`; `base` is the prefix before the dialect's path. */
export function targetOf(
  url: string,
  { origin, host, direction }: Pick<Target, 'origin' | 'host' | 'direction'>,
  base = '',
): Target {
  const mark = url.indexOf('?');
  const path = (mark < 0 ? url : url.slice(0, mark)).slice(base.length);
  return { origin, url, path, query: mark < 0 ? '' : url.slice(mark + 1), host, direction };
}

/** The path as the server sees it, a provider's base path included. */
export function pathOf({ url }: Pick<Target, 'url'>): string {
  return url.split('?', 1)[0] ?? '';
}
