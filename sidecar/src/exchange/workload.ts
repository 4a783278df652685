/** The pod that a sidecar guards, as the webhook knew it at admission. Null, or without an entry: not known. */
export interface Workload {
  readonly namespace: string | null;
  /** Of the pod. */
  readonly name: string | null;
  readonly serviceAccount: string | null;
  /** Of the pod. */
  readonly labels: ReadonlyMap<string, string> | null;
  /** The controller; of the ReplicaSets of a Deployment, the Deployment. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  /** Of the containers beside the sidecar, as the pod names them. */
  readonly images: ReadonlyMap<string, string>;
}

export const UNKNOWN_WORKLOAD: Workload = {
  namespace: null,
  name: null,
  serviceAccount: null,
  labels: null,
  owner: null,
  images: new Map(),
};

/**
 * Reads the variables that injection sets: `LLM_BOUNDARY_POD_NAMESPACE`, `_POD_NAME` and `_SERVICE_ACCOUNT` of the downward API, and, as they
 * were at admission, `LLM_BOUNDARY_POD_LABELS` (`KEY=VALUE,…`), `_POD_OWNER` (`KIND/NAME`) and `_POD_IMAGES` (`CONTAINER=IMAGE,…`).
 */
export function workloadFrom(environment: Readonly<Record<string, string | undefined>>): Workload {
  const read = (name: string): string | null => {
    const value = environment[`LLM_BOUNDARY_${name}`] ?? '';
    return value === '' ? null : value;
  };
  const labels = read('POD_LABELS');
  const [, kind, name] = /^([^/]+)\/(.+)$/.exec(read('POD_OWNER') ?? '') ?? [];
  return {
    namespace: read('POD_NAMESPACE'),
    name: read('POD_NAME'),
    serviceAccount: read('SERVICE_ACCOUNT'),
    labels: labels === null ? null : pairsIn(labels),
    owner: kind === undefined || name === undefined ? null : { kind, name },
    images: pairsIn(read('POD_IMAGES') ?? ''),
  };
}

/** Keys and values of labels and names of images have no commas, and the keys no `=`. */
function pairsIn(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').flatMap((pair): [string, string][] => {
      const mark = pair.indexOf('=');
      return mark < 1 ? [] : [[pair.slice(0, mark), pair.slice(mark + 1)]];
    }),
  );
}
