import { assessInjection } from '../../detectors/index.ts';
import type { Finding } from '../../detectors/detector.ts';

/** Shorter texts are names and schema keywords. UTF-16 code units. */
export const MIN_DEFINITION = 32;
/** Longer ones are not cached, to bound memory. */
const MAX_KEPT = 4096;
const MAX_ENTRIES = 2048;

/** An agent offers the same tools in every request: findings in their definitions are cached, the oldest are evicted. */
const kept = new Map<string, Finding | null>();

/** `assessInjection` of a tool's description. */
export function assessDefinition(text: string): Finding | null {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const finding = assessInjection(text, false, true);
  if (text.length > MAX_KEPT) return finding;
  const [oldest] = kept.keys();
  if (kept.size >= MAX_ENTRIES && oldest !== undefined) kept.delete(oldest);
  kept.set(text, finding);
  return finding;
}

/**
 * For texts that legitimately instruct the model, such as tool descriptions, whose authors are often not those of the workload, and for texts
 * that were put together of several.
 */
export function halfwayToCertain(threshold: number): number {
  return (1 + threshold) / 2;
}
