import { completeFloor, DEFAULT_POLICY } from './defaults.ts';
import { fillComplete, type CompletePolicy } from './fill.ts';
import { meetAll } from './meet.ts';
import type { PolicyDocument } from '../keys/schema.ts';

/** The documents that decide together. Any may be missing; without any, the embedded default holds. */
export interface Layers {
  readonly floor?: PolicyDocument | undefined;
  readonly namespace?: PolicyDocument | undefined;
  readonly workload?: PolicyDocument | undefined;
}

/**
 * Effective policy = floor ⊓ namespace ⊓ workload, and the defaults where none of them says anything. A floor that is silent about a
 * detector stands for its default; the other layers only say what they say.
 */
export function effectivePolicy({ floor, namespace, workload }: Layers): CompletePolicy {
  const layers = [floor === undefined ? undefined : completeFloor(floor), namespace, workload].filter(
    (layer) => layer !== undefined,
  );
  return fillComplete(meetAll(layers), DEFAULT_POLICY);
}
