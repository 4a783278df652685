import { assessInjection } from '../../detectors/index.ts';
import type { Finding } from '../../detectors/detector.ts';

/** Shorter texts are names and words of schemas. UTF-16 code units. */
export const MIN_DEFINITION = 32;
/** Longer ones are not kept: memory stays bounded. */
const MAX_KEPT = 4096;
const MAX_ENTRIES = 2048;

/** An agent offers the same tools in every request: what was found in their definitions is kept, the oldest go first. */
const kept = new Map<string, Finding | null>();

/** `assessInjection` of what a tool says about itself. */
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
 * Tools say what the model is to do: half the way from the user's threshold to certainty tells apart what they say to take it over. Whoever
 * wrote the tool is not the workload's author as often as not.
 */
export function definitionThreshold(threshold: number): number {
  return (1 + threshold) / 2;
}
