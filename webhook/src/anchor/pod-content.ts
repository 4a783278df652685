import { MAX_CONTAINERS, MAX_LABELS, type JsonObject } from '@llm-boundary/sidecar/audit/fleet';
import { z } from 'zod';

const status = z.looseObject({
  name: z.string(),
  imageID: z.string().nullish(),
  state: z.looseObject({ running: z.looseObject({ startedAt: z.string().nullish() }).nullish() }).nullish(),
});

const schema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().nullish(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z
      .array(z.looseObject({ kind: z.string(), name: z.string(), controller: z.boolean().nullish() }))
      .nullish(),
  }),
  spec: z.looseObject({
    initContainers: z.array(z.looseObject({ name: z.string() })).nullish(),
    containers: z.array(z.looseObject({ name: z.string(), image: z.string().nullish() })).nullish(),
  }),
  status: z
    .looseObject({
      phase: z.string().nullish(),
      initContainerStatuses: z.array(status).nullish(),
      containerStatuses: z.array(status).nullish(),
    })
    .nullish(),
});

/** The parts of a pod that the anchor reads. */
export type WatchedPod = z.infer<typeof schema>;

/** Images, labels and controller of a pod, from the API server. */
export interface PodContent {
  /** Image of the sidecar with its digest; null if not known. */
  readonly image: string | null;
  /** The other containers: the image with the digest that runs, else as in the pod. */
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  /** In the order of their names, as far as a line of the fleet log has room for them. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  /** The controller, or the Deployment that the name of its ReplicaSet tells; null without one. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
}

/** A line of the fleet log has room for so many characters of each. */
const MAX_NAME = 253;
const MAX_IMAGE = 256;
/** Of all labels together, names and values. */
const MAX_LABEL_CHARS = 4_096;

/** Null for anything that is not a pod. */
export function parsePod(object: unknown): WatchedPod | null {
  const parsed = schema.safeParse(object);
  return parsed.success ? parsed.data : null;
}

/** Containers, labels and controller of a pod. */
export function contentOf({
  metadata,
  spec,
  status: state,
}: WatchedPod): Pick<PodContent, 'containers' | 'labels' | 'owner'> {
  const running = new Map(
    (state?.containerStatuses ?? []).map(({ name, imageID }) => [name, imageOf(imageID)]),
  );
  const owner = ownerOf(metadata);
  return {
    containers: (spec.containers ?? []).slice(0, MAX_CONTAINERS).map(({ name, image }) => ({
      name: name.slice(0, MAX_NAME),
      image: (running.get(name) ?? image ?? '').slice(0, MAX_IMAGE),
    })),
    labels: labelsOf(metadata),
    owner:
      owner === null ? null : { kind: owner.kind.slice(0, MAX_NAME), name: owner.name.slice(0, MAX_NAME) },
  };
}

function labelsOf({ labels }: WatchedPod['metadata']): PodContent['labels'] {
  let chars = 0;
  return Object.entries(labels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_LABELS)
    .filter(([name, value]) => (chars += name.length + value.length) <= MAX_LABEL_CHARS)
    .map(([name, value]) => ({ name, value }));
}

/**
 * A Deployment names its ReplicaSets by its own name and the hash that is a label of their pods, so that no access to ReplicaSets is needed:
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label
 */
function ownerOf({ ownerReferences, labels }: WatchedPod['metadata']): PodContent['owner'] {
  const controller = (ownerReferences ?? []).find((reference) => reference.controller === true);
  if (controller === undefined) return null;
  const { kind, name } = controller;
  const suffix = `-${labels?.['pod-template-hash'] ?? ''}`;
  return kind === 'ReplicaSet' && suffix.length > 1 && name.endsWith(suffix) && name.length > suffix.length
    ? { kind: 'Deployment', name: name.slice(0, -suffix.length) }
    : { kind, name };
}

/** The members of an `opened` line. */
export function contentFields(content: PodContent | null): JsonObject {
  if (content === null) return { image: null };
  const { image, containers, labels, owner } = content;
  return {
    image,
    containers: containers.map((one) => ({ ...one })),
    labels: labels.map((one) => ({ ...one })),
    owner: owner === null ? null : { ...owner },
  };
}

/** Also reads `docker-pullable://NAME@sha256:…` of older runtimes. */
export function imageOf(imageId: string | null | undefined): string | null {
  const image = (imageId ?? '').replace(/^[a-z-]+:\/\//, '').slice(0, 512);
  return image === '' ? null : image;
}
