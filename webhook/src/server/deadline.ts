/** Subtracted from the API server's timeout, for the transfer of the answer. */
const MARGIN_MS = 500;
/** Minimum after the subtraction. */
const LEAST_MS = 250;

/** Time limit of a request, from the timeout in the webhook configuration. @param timeoutSeconds of that configuration */
export function budgetMs(timeoutSeconds: number): number {
  return Math.max(timeoutSeconds * 1000 - MARGIN_MS, LEAST_MS);
}

/**
 * The API server sends its timeout with each call (`?timeout=5s`), which is valid even if the configuration was changed since this process
 * started. Null: absent or invalid.
 */
export function requestedTimeoutMs(query: unknown): number | null {
  const seconds = typeof query === 'string' ? /^(\d{1,3}(?:\.\d+)?)s$/.exec(query)?.[1] : undefined;
  return seconds === undefined ? null : budgetMs(Number(seconds));
}

/** The result, or null if it did not arrive in time. A late result is dropped; it has no side effects. */
export async function within<T>(result: T | Promise<T>, ms: number): Promise<T | null> {
  if (ms <= 0) return null;
  if (!(result instanceof Promise)) return result;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
