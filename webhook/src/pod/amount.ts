import type { Amount } from './policy.ts';
import { isQuantity, quantityValue } from './quantity.ts';

/** Resources of the sidecar with a request and a limit. */
export type Resource = 'cpu' | 'memory';

/**
 * Minimum limits of a sidecar: its heap and the bodies that it may hold (`--body-memory-mebibytes`) need the memory, and with less CPU its
 * start exceeds the startup probe.
 */
const LEAST_LIMIT: Readonly<Record<Resource, string>> = { cpu: '100m', memory: '256Mi' };

export type ReadAmount =
  { readonly ok: true; readonly amount: Amount } | { readonly ok: false; readonly problem: string };

/** Reads `REQUEST/LIMIT`, or one quantity for both. Never throws; a problem names the expected form. */
export function readAmount(resource: Resource, text: string): ReadAmount {
  const [request = '', limit = request, ...more] = text.split('/');
  if (
    more.length > 0 ||
    !isQuantity(request) ||
    !isQuantity(limit) ||
    quantityValue(request) > quantityValue(limit)
  ) {
    return {
      ok: false,
      problem: 'expected REQUEST/LIMIT, the first not above the second, such as 200m/1 or 256Mi/1Gi',
    };
  }
  const least = LEAST_LIMIT[resource];
  return quantityValue(limit) < quantityValue(least)
    ? { ok: false, problem: `the limit is ${limit}; a sidecar needs at least ${least}` }
    : { ok: true, amount: { request, limit } };
}
