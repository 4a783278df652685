import {
  podContent,
  podContentFields,
  ROOM_OF_OPENED,
  type JsonObject,
  type PodContent as Content,
} from '@llm-boundary/sidecar/audit/fleet';
import { z } from 'zod';

import { controllerOf } from '../inject/index.ts';

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

/** Images, labels and controller of a pod, from the API server. Images have the digest that runs, else they are as in the pod. */
export interface PodContent extends Content {
  /** Image of the sidecar with its digest; null if not known. */
  readonly image: string | null;
}

/** Null for anything that is not a pod. */
export function parsePod(object: unknown): WatchedPod | null {
  const parsed = schema.safeParse(object);
  return parsed.success ? parsed.data : null;
}

/** Containers, labels and controller of a pod. */
export function contentOf({ metadata, spec, status: state }: WatchedPod): Content {
  const running = new Map(
    (state?.containerStatuses ?? []).map(({ name, imageID }) => [name, imageOf(imageID)]),
  );
  return podContent(
    {
      containers: (spec.containers ?? []).map(({ name, image }) => ({
        name,
        image: running.get(name) ?? image ?? '',
      })),
      labels: Object.entries(metadata.labels ?? {}),
      owner: controllerOf(metadata),
    },
    ROOM_OF_OPENED,
  );
}

/** The members of an `opened` line. */
export function contentFields(content: PodContent | null): JsonObject {
  return content === null ? { image: null } : { image: content.image, ...podContentFields(content) };
}

/** Also reads `docker-pullable://NAME@sha256:…` of older runtimes. */
export function imageOf(imageId: string | null | undefined): string | null {
  const image = (imageId ?? '').replace(/^[a-z-]+:\/\//, '').slice(0, 512);
  return image === '' ? null : image;
}
