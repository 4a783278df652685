/** A controller of pods, or the Deployment above it. */
export interface Controller {
  readonly kind: string;
  readonly name: string;
}

interface Controlled {
  readonly ownerReferences?:
    | readonly {
        readonly kind: string;
        readonly name?: string | null | undefined;
        readonly controller?: boolean | null | undefined;
      }[]
    | null
    | undefined;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
}

/**
 * The controller in the metadata of a pod; null without one. A Deployment names its ReplicaSets by its own name and the hash that is a label of
 * their pods, so that no access to ReplicaSets is needed:
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label
 */
export function controllerOf({ ownerReferences, labels }: Controlled): Controller | null {
  const controller = (ownerReferences ?? []).find((reference) => reference.controller === true);
  if (controller === undefined) return null;
  const { kind, name } = controller;
  const suffix = `-${labels?.['pod-template-hash'] ?? ''}`;
  const whole = name ?? '';
  return kind === 'ReplicaSet' && suffix.length > 1 && whole.endsWith(suffix) && whole.length > suffix.length
    ? { kind: 'Deployment', name: whole.slice(0, -suffix.length) }
    : { kind, name: whole };
}
