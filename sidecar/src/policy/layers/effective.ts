import { completeFloor, DEFAULT_POLICY } from './defaults.ts';
import { fillComplete, type CompletePolicy } from './fill.ts';
import { meetAll } from './meet.ts';
import type { PolicyDocument } from '../keys/schema.ts';

/** The documents of an effective policy. Any may be missing; without any, the embedded default applies. */
export interface Layers {
  readonly floor?: PolicyDocument | undefined;
  readonly namespace?: PolicyDocument | undefined;
  readonly workload?: PolicyDocument | undefined;
}

/**
 * Effective policy = floor ⊓ namespace ⊓ workload, and the defaults of the remaining keys. A floor that omits a detector implies its
 * default; the other layers imply nothing.
 */
export function effectivePolicy({ floor, namespace, workload }: Layers): CompletePolicy {
  const layers = [floor === undefined ? undefined : completeFloor(floor), namespace, workload].filter(
    (layer) => layer !== undefined,
  );
  return fillComplete(meetAll(layers), DEFAULT_POLICY);
}
