/** Kept back from the time that the API server waits, for the answer's way. */
const MARGIN_MS = 500;
/** Where the margin would leave nothing. */
const LEAST_MS = 250;

/** How long a request may take here, of the time that the webhook configuration gives it. @param timeoutSeconds of that configuration */
export function budgetMs(timeoutSeconds: number): number {
  return Math.max(timeoutSeconds * 1000 - MARGIN_MS, LEAST_MS);
}

/**
 * The API server says with each call how long it waits (`?timeout=5s`), which holds where the configuration was changed and this process was not.
 * Null: it says nothing that is understood.
 */
export function requestedTimeoutMs(query: unknown): number | null {
  const seconds = typeof query === 'string' ? /^(\d{1,3}(?:\.\d+)?)s$/.exec(query)?.[1] : undefined;
  return seconds === undefined ? null : budgetMs(Number(seconds));
}

/** The result, or null when it did not come in time. What is late is dropped; it has no side effects. */
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
