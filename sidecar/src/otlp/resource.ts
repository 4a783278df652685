import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';

import type { Identity } from '../audit/record/identity.ts';
import { resourceAttributes } from '../audit/ship/otlp-request.ts';
import type { Workload } from '../exchange/index.ts';

/** Attributes of the semantic conventions for the kinds of controllers that they know. */
const OWNERS: ReadonlyMap<string, string> = new Map([
  ['CronJob', 'k8s.cronjob.name'],
  ['DaemonSet', 'k8s.daemonset.name'],
  ['Deployment', 'k8s.deployment.name'],
  ['Job', 'k8s.job.name'],
  ['ReplicaSet', 'k8s.replicaset.name'],
  ['StatefulSet', 'k8s.statefulset.name'],
]);

/** That of the record, with the controller of the pod; `given` by the operator precedes both. */
export function resourceOf(
  identity: Identity,
  { owner }: Pick<Workload, 'owner'>,
  version: string,
  given: Readonly<Record<string, string>>,
): Resource {
  const kind = owner === null ? undefined : OWNERS.get(owner.kind);
  return resourceFromAttributes({
    ...resourceAttributes(identity, version),
    ...(owner === null || kind === undefined ? {} : { [kind]: owner.name }),
    ...given,
  });
}
