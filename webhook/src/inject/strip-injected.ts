import { isDeepStrictEqual } from 'node:util';

import type { Capture, InjectConfig } from '../pod/config.ts';
import { ANNOTATIONS, CONTAINERS, OWN_PREFIX } from '../pod/names.ts';
import { isOwnImage } from '../pod/own-image.ts';
import { without, type Container, type Pod } from '../pod/pod.ts';
import { restoreProbes } from './container/probes.ts';
import { refuse } from '../pod/refusals.ts';
import { parseStatus } from './status.ts';

/** A pod as it was before an earlier pass added our containers and annotations. Volumes keep their places. */
export interface StrippedPod {
  readonly pod: Pod;
  readonly injected: boolean;
  /** What the earlier pass chose; null: there was none. */
  readonly capture: Capture | null;
  /** The installation's, or those that the earlier pass or another webhook after it gave our containers, which are accepted too. */
  readonly images: Images;
}

type Images = Pick<InjectConfig, 'sidecarImage' | 'netInitImage'>;

const OWN: ReadonlySet<string> = new Set(Object.values(CONTAINERS));

/** What identifies a container as ours. The rest of it is written anew, so nothing else in it is believed. */
function isGenuine(container: Container, config: InjectConfig): boolean {
  const sidecar = container.name === CONTAINERS.sidecar;
  const command = sidecar ? config.sidecarCommand : config.netInitCommand;
  const restart = sidecar ? 'Always' : undefined;
  return isDeepStrictEqual(container.command, command) && (container.restartPolicy ?? undefined) === restart;
}

/** @throws InjectionRefused */
function checkImage({ name, image }: Container, field: string, config: InjectConfig): void {
  const expected = name === CONTAINERS.sidecar ? config.sidecarImage : config.netInitImage;
  if (isOwnImage(image ?? '', [expected, ...config.acceptedImages])) return;
  refuse('own_image_unknown', field, `Container ${name}: expected ${expected}, found ${image ?? 'none'}.`);
}

function checkContainers(pod: Pod, config: InjectConfig): boolean {
  let sidecar = false;
  for (const list of ['initContainers', 'containers', 'ephemeralContainers'] as const) {
    (pod.spec[list] ?? []).forEach((container, index) => {
      if (!container.name.startsWith(OWN_PREFIX)) return;
      const genuine = list === 'initContainers' && OWN.has(container.name) && isGenuine(container, config);
      if (!genuine) refuse('impostor_container', `spec.${list}[${index}]`, `Container ${container.name}.`);
      checkImage(container, `spec.${list}[${index}].image`, config);
      sidecar ||= container.name === CONTAINERS.sidecar;
    });
  }
  return sidecar;
}

function imagesIn(pod: Pod, config: InjectConfig): Images {
  const found = (name: string): string | null =>
    (pod.spec.initContainers ?? []).find((each) => each.name === name)?.image ?? null;
  return {
    sidecarImage: found(CONTAINERS.sidecar) ?? config.sidecarImage,
    netInitImage: found(CONTAINERS.netInit) ?? config.netInitImage,
  };
}

function checkAnnotations(pod: Pod): void {
  for (const name of [ANNOTATIONS.status, ANNOTATIONS.probes]) {
    if (pod.metadata?.annotations?.[name] !== undefined) {
      refuse('impostor_status', `metadata.annotations[${name}]`);
    }
  }
}

/**
 * Takes our parts off, so that every pass computes them from the same pod. Parts that carry our names and are not ours are refused.
 * @throws InjectionRefused
 */
export function stripInjected(pod: Pod, config: InjectConfig): StrippedPod {
  const injected = checkContainers(pod, config);
  if (!injected) {
    checkAnnotations(pod);
    return { pod, injected, capture: null, images: imagesIn(pod, config) };
  }
  const restored = restoreProbes(pod);
  const { spec, metadata } = restored;
  const annotations = { ...metadata?.annotations };
  const status = annotations[ANNOTATIONS.status];
  return {
    injected,
    images: imagesIn(pod, config),
    capture: parseStatus(status)?.capture ?? null,
    pod: {
      ...restored,
      metadata: { ...metadata, annotations: without(annotations, ANNOTATIONS.status, ANNOTATIONS.probes) },
      spec: {
        ...spec,
        initContainers: (spec.initContainers ?? []).filter(({ name }) => !OWN.has(name)),
      },
    },
  };
}
