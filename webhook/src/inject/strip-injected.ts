import { isDeepStrictEqual } from 'node:util';

import type { Capture, InjectConfig } from '../pod/config.ts';
import { ANNOTATIONS, CONTAINERS, OWN_PREFIX } from '../pod/names.ts';
import { isOwnImage } from '../pod/own-image.ts';
import { without, type Container, type Pod } from '../pod/pod.ts';
import { restoreProbes } from './container/probes.ts';
import { refuse } from '../pod/refusals.ts';
import { parseStatus } from './status.ts';

/** A pod without the containers and annotations of an earlier pass. Volumes keep their positions. */
export interface StrippedPod {
  readonly pod: Pod;
  readonly injected: boolean;
  /** Capture of the earlier pass; null: there was none. */
  readonly capture: Capture | null;
  /**
   * Images of the injected containers: those of the installation, or accepted ones set by the earlier pass or by another webhook after it.
   */
  readonly images: Images;
}

type Images = Pick<InjectConfig, 'sidecarImage' | 'netInitImage'>;

const OWN: ReadonlySet<string> = new Set(Object.values(CONTAINERS));

/** The identifying parts of an injected container. The rest is rewritten, so that it is not trusted. */
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
 * Removes the injected parts, so that every pass starts from the same pod. Foreign parts with reserved names are refused. @throws
 * InjectionRefused
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
