/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 §10.2.3). Null for anything else. */
export function waitIn(value: string | string[] | undefined, nowMs: number): number | null {
  if (typeof value !== 'string') return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
