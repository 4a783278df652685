import { ANNOTATIONS, CONTAINERS, LABELS } from '../../pod/names.ts';
import { sameJson } from './patch.ts';
import type { Container, Pod } from '../../pod/pod.ts';
import { InjectionRefused, refuse, type Refusal } from '../../pod/refusals.ts';

const OWN: ReadonlySet<string> = new Set(Object.values(CONTAINERS));

function own(pod: Pod): readonly Container[] {
  return (pod.spec.initContainers ?? []).filter(({ name }) => OWN.has(name));
}

function check(before: Pod, after: Pod): void {
  const [was, is] = [own(before), own(after)];
  if (was.length === 0) return;
  if (!sameJson(was, is)) refuse('frozen', 'spec.initContainers');
  for (const name of Object.values(ANNOTATIONS)) {
    if (name === ANNOTATIONS.defaultContainer) continue;
    if (before.metadata?.annotations?.[name] !== after.metadata?.annotations?.[name]) {
      refuse('frozen', `metadata.annotations[${name}]`);
    }
  }
  if (before.metadata?.labels?.[LABELS.inject] !== after.metadata?.labels?.[LABELS.inject]) {
    refuse('frozen', `metadata.labels[${LABELS.inject}]`);
  }
}

/** The forbidden changes in an update of a guarded pod: changing a sidecar's image restarts it in place. Null: none. */
export function frozenViolation(before: Pod, after: Pod): Refusal | null {
  try {
    check(before, after);
    return null;
  } catch (error) {
    if (error instanceof InjectionRefused) return error.refusal;
    throw error;
  }
}
