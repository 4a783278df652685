/**
 * Health, version, model list and metrics routes of common model servers (including NIM, Triton, KServe, SGLang, LiteLLM, MLX): they carry
 * no prompt or reply.
 */
export const BUILTIN_PASS: readonly string[] = [
  'GET /',
  'GET /health',
  'GET /healthz',
  'GET /health/live',
  'GET /health/liveliness',
  'GET /health/liveness',
  'GET /health/readiness',
  'GET /health/ready',
  'GET /health/startup',
  'GET /health_generate',
  'GET /v1/health',
  'GET /v1/health/*',
  'GET /v2',
  'GET /v2/health/*',
  'GET /v2/models',
  'GET /v2/models/*',
  'GET /livez',
  'GET /readyz',
  'GET /live',
  'GET /ready',
  'GET /ping',
  'GET /load',
  'GET /version',
  'GET /v1/version',
  'GET /v1/metadata',
  'GET /info',
  'GET /props',
  'GET /get_model_info',
  'GET /model_info',
  'GET /metrics',
  'GET /models',
  'GET /v1/models',
  'GET /v1/models/*',
  'GET /v1beta/models',
  'GET /openai/v1/models',
  'GET /openai/v1/models/*',
  'GET /api/v0/models',
  'GET /api/v1/models',
  'GET /api/models',
  'GET /api/version',
  'GET /api/tags',
  'GET /api/ps',
];

/**
 * True if an entry matches. Exact raw paths, never decoded (`%2F` matches `%2F` only); an entry that ends in `*` matches every plainly
 * spelled path below it.
 */
export function compilePasses(
  lists: readonly (readonly string[])[],
): (method: string, path: string) => boolean {
  const matchers = lists.map(compilePass);
  // HEAD is GET without the body (RFC 9110 §9.3.2), and allowed with it.
  return (method, path) =>
    matchers.every((matches) => matches(method, path) || (method === 'HEAD' && matches('GET', path)));
}

/** True if every list has the path itself, or a builtin route above it, and not only an entry of its own that ends in `*`. */
export function compileNamed(
  lists: readonly (readonly string[])[],
): (method: string, path: string) => boolean {
  const builtin: ReadonlySet<string> = new Set(BUILTIN_PASS);
  return compilePasses(
    lists.map((list) => list.filter((entry) => !entry.endsWith('*') || builtin.has(entry))),
  );
}

function compilePass(list: readonly string[]): (method: string, path: string) => boolean {
  const entries = list.flatMap((entry) => (entry === 'builtin' ? BUILTIN_PASS : [entry])).map(parseEntry);
  const exact = new Set(entries.filter(({ below }) => !below).map(({ method, path }) => `${method} ${path}`));
  const prefixes = entries.filter(({ below }) => below);
  return (method, path) =>
    exact.has(`${method} ${path}`) ||
    exact.has(` ${path}`) ||
    (!isSuspicious(path) &&
      prefixes.some(
        (entry) => (entry.method === '' || entry.method === method) && path.startsWith(entry.path),
      ));
}

function parseEntry(entry: string): { method: string; path: string; below: boolean } {
  const space = entry.indexOf(' ');
  const path = entry.slice(space + 1);
  const below = path.endsWith('*');
  return { method: space === -1 ? '' : entry.slice(0, space), path: below ? path.slice(0, -1) : path, below };
}

/** Upgrades name no method: they are always GET (RFC 6455 §4.1) or CONNECT, which no listener takes. */
export function compileUpgrades(lists: readonly (readonly string[])[]): (path: string) => boolean {
  const passes = compilePasses(lists);
  return (path) => passes('GET', path);
}

/** Matches the paths of one list, for any method. */
export function compilePaths(paths: readonly string[]): (path: string) => boolean {
  return compileUpgrades([paths]);
}

/** Paths that servers may normalise to another one: a prefix entry must not pass them. */
function isSuspicious(path: string): boolean {
  return /[%\\;]|\/\/|\/\.{1,2}(?:\/|$)/.test(path);
}
