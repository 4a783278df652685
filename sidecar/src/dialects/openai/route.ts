import type { Route, RouteMatch } from '../dialect.ts';

const MATCH: RouteMatch = { model: null, stream: null, framing: 'sse' };

/** Clients' base URLs end with `/v1` or before it. */
export function matchPost(...endpoints: readonly string[]): (route: Route) => RouteMatch | null {
  const paths = new Set(endpoints.flatMap((endpoint) => [endpoint, `/v1${endpoint}`]));
  return (route) => (route.method === 'POST' && paths.has(route.path) ? MATCH : null);
}
