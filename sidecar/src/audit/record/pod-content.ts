import type { Workload } from '../../exchange/index.ts';
import type { JsonObject } from './canonical.ts';

/** Containers that a line names. */
export const MAX_CONTAINERS = 16;
/** Labels that a line names. */
export const MAX_LABELS = 32;
const MAX_NAME = 253;
const MAX_IMAGE = 256;

/** Labels, controller and images of a pod, as far as a line has room for them. */
export interface PodContent {
  /** The containers beside the sidecar. */
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  /** In the order of their names. */
  readonly labels: readonly { readonly name: string; readonly value: string }[];
  /** The controller, or the Deployment that the name of its ReplicaSet tells; null without one. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
}

/** Room for all labels, and for all containers with their images, in characters. */
interface Room {
  readonly labels: number;
  readonly containers: number;
}

/** Of an `opened` line. */
export const ROOM_OF_OPENED: Room = { labels: 4_096, containers: 8_192 };
/** Of `genesis`, which has to have room for more. */
const ROOM_OF_GENESIS: Room = { labels: 2_048, containers: 2_048 };

/** Leaves out what a line has no room for. */
export function podContent(
  found: {
    readonly containers: PodContent['containers'];
    readonly labels: Iterable<readonly [name: string, value: string]>;
    readonly owner: PodContent['owner'];
  },
  room: Room,
): PodContent {
  const { owner: controller } = found;
  const labelled = [...found.labels].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_LABELS);
  const named = found.containers
    .slice(0, MAX_CONTAINERS)
    .map(({ name, image }) => ({ name: name.slice(0, MAX_NAME), image: image.slice(0, MAX_IMAGE) }));
  return {
    containers: fitting(named, room.containers, ({ name, image }) => name.length + image.length),
    labels: fitting(labelled, room.labels, ([name, value]) => name.length + value.length).map(
      ([name, value]) => ({ name, value }),
    ),
    owner:
      controller === null
        ? null
        : { kind: controller.kind.slice(0, MAX_NAME), name: controller.name.slice(0, MAX_NAME) },
  };
}

/** Those before the first that has no room. */
function fitting<T>(all: readonly T[], room: number, charsOf: (one: T) => number): readonly T[] {
  let chars = 0;
  return all.filter((one) => (chars += charsOf(one)) <= room);
}

/** The members of a line. */
export function podContentFields(content: PodContent): JsonObject {
  return {
    containers: content.containers.map((one) => ({ ...one })),
    labels: content.labels.map((one) => ({ ...one })),
    owner: content.owner === null ? null : { ...content.owner },
  };
}

/** The member `workload` of `genesis`; nothing where injection told nothing. */
export function workloadMember({ labels: named, images, owner: controller }: Workload): JsonObject {
  if (named === null && images.size === 0 && controller === null) return {};
  const content = podContent(
    {
      containers: [...images].map(([name, image]) => ({ name, image })),
      labels: named ?? [],
      owner: controller,
    },
    ROOM_OF_GENESIS,
  );
  return { workload: podContentFields(content) };
}
