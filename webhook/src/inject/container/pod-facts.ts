import { controllerOf } from '../../pod/controller.ts';
import type { Pod } from '../../pod/pod.ts';

/** What the sidecar is told about its pod, as it was admitted. Absent where there is nothing to tell. */
export type PodFacts = Readonly<
  Partial<Record<'LLM_BOUNDARY_POD_LABELS' | 'LLM_BOUNDARY_POD_OWNER' | 'LLM_BOUNDARY_POD_IMAGES', string>>
>;

/** Not in the names of images, kinds and objects, where it would begin another entry. */
const OTHERS = /[^\w./:@+-]/g;

/**
 * Labels (`KEY=VALUE`, in the order of their keys), controller (`KIND/NAME`) and images (`CONTAINER=IMAGE`) of a pod, lists with commas. They
 * are values and not references, so that they stay as they were admitted: labels of a running pod can be changed.
 */
export function podFacts({ metadata, spec }: Pod): PodFacts {
  const labels = Object.entries(metadata?.labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const owner = controllerOf(metadata ?? {});
  const images = spec.containers.flatMap(({ name, image }) =>
    (image ?? '') === '' ? [] : [`${plain(name)}=${plain(image ?? '')}`],
  );
  return {
    ...(labels.length === 0 ? {} : { LLM_BOUNDARY_POD_LABELS: labels.join(',') }),
    ...(owner === null ? {} : { LLM_BOUNDARY_POD_OWNER: `${plain(owner.kind)}/${plain(owner.name)}` }),
    ...(images.length === 0 ? {} : { LLM_BOUNDARY_POD_IMAGES: images.join(',') }),
  };
}

function plain(text: string): string {
  return text.replace(OTHERS, '_');
}
