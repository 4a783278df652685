import type { InjectConfig } from '../pod/config.ts';
import { ANNOTATIONS } from '../pod/names.ts';
import type { Pod } from '../pod/pod.ts';
import { refuse } from '../pod/refusals.ts';

const FIELD = `metadata.annotations[${ANNOTATIONS.keepPrivileges}]`;

/**
 * The containers that keep SETUID and privilege gain under redirect: those that the annotation names, if the installation lists the policy. Such a
 * container can become the sidecar's user. @param policy name of the pod's policy @throws InjectionRefused
 */
export function keptPrivileges(pod: Pod, policy: string, config: InjectConfig): ReadonlySet<string> {
  const value = pod.metadata?.annotations?.[ANNOTATIONS.keepPrivileges];
  if (value === undefined) return new Set();
  if (!config.keepPrivileges.includes(policy)) refuse('privileges_not_kept', FIELD, `Policy: ${policy}.`);
  const wanted = value.split(',').map((name) => name.trim());
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ name }) => name);
  if (!wanted.every((name) => all.includes(name))) {
    refuse(
      'annotation_invalid',
      FIELD,
      `Accepted: names of containers (${all.join(', ')}), separated by commas.`,
    );
  }
  return new Set(wanted);
}
