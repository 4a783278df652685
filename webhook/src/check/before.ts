import { z } from 'zod';

import { LABELS } from '../inject/index.ts';
import { statusOf } from '../posture/status.ts';
import { failed, ok, warning, type Check, type CheckContext, type Outcome } from './result.ts';

/** Native sidecars are on by default since 1.29, and ValidatingAdmissionPolicy is stable since 1.30. */
const MIN_MINOR = 30;

async function version({ send }: CheckContext): Promise<Outcome> {
  const { major, minor } = z
    .looseObject({ major: z.string(), minor: z.string() })
    .parse(await send({ method: 'GET', path: '/version' }));
  const detail = `Kubernetes ${major}.${minor}`;
  return Number.parseInt(minor, 10) >= MIN_MINOR
    ? ok(detail)
    : failed(`${detail}; 1.${MIN_MINOR} or newer is needed`, 'upgrade the cluster');
}

const admissionApi = z.looseObject({ resources: z.array(z.looseObject({ name: z.string() })) });

async function admissionPolicies({ send }: CheckContext): Promise<Outcome> {
  const { resources } = admissionApi.parse(
    await send({ method: 'GET', path: '/apis/admissionregistration.k8s.io/v1' }),
  );
  return resources.some(({ name }) => name === 'validatingadmissionpolicies')
    ? ok('the API server has ValidatingAdmissionPolicy')
    : failed(
        'the API server has no ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1)',
        'enable the API; the policies of the chart depend on it',
      );
}

/** What an installation creates. */
const CREATED: readonly (readonly [group: string, resource: string, isInNamespace: boolean])[] = [
  ['', 'namespaces', false],
  ['', 'serviceaccounts', true],
  ['', 'services', true],
  ['apps', 'deployments', true],
  ['rbac.authorization.k8s.io', 'roles', true],
  ['rbac.authorization.k8s.io', 'rolebindings', true],
  ['rbac.authorization.k8s.io', 'clusterroles', false],
  ['rbac.authorization.k8s.io', 'clusterrolebindings', false],
  ['admissionregistration.k8s.io', 'mutatingwebhookconfigurations', false],
  ['admissionregistration.k8s.io', 'validatingwebhookconfigurations', false],
  ['admissionregistration.k8s.io', 'validatingadmissionpolicies', false],
  ['admissionregistration.k8s.io', 'validatingadmissionpolicybindings', false],
];

const review = z.looseObject({ status: z.looseObject({ allowed: z.boolean() }) });

async function permissions({ send, systemNamespace }: CheckContext): Promise<Outcome> {
  const asked = await Promise.all(
    CREATED.map(async ([group, resource, isInNamespace]) => {
      const attributes = { group, resource, verb: 'create' };
      const body = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: isInNamespace ? { ...attributes, namespace: systemNamespace } : attributes,
        },
      };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      return { resource, ...review.parse(await send({ method: 'POST', path, body })).status };
    }),
  );
  const missing = asked.filter(({ allowed }) => !allowed).map(({ resource }) => resource);
  return missing.length === 0
    ? ok('this account may create what the chart contains')
    : failed(
        `this account may not create ${missing.join(', ')}`,
        'install with an account that may, such as one with the ClusterRole cluster-admin',
      );
}

async function notInstalled({ send }: CheckContext): Promise<Outcome> {
  const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/llm-boundary';
  try {
    await send({ method: 'GET', path });
  } catch (error) {
    if (statusOf(error) === 404) return ok('llm-boundary is not installed yet');
    throw error;
  }
  return warning(
    'there is a MutatingWebhookConfiguration llm-boundary already',
    'upgrade that release (helm list --all-namespaces), and run check without --pre',
  );
}

const named = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).nullish() }),
});
const list = z.looseObject({ items: z.array(named) });

/** Names of more than a few are counted. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}

async function podSecurity({ send }: CheckContext): Promise<Outcome> {
  const { items } = list.parse(await send({ method: 'GET', path: '/api/v1/namespaces' }));
  const guarded = items.filter(({ metadata }) => metadata.labels?.[LABELS.inject] === 'true');
  const strict = guarded
    .filter(({ metadata: { labels } }) =>
      ['baseline', 'restricted'].includes(labels?.['pod-security.kubernetes.io/enforce'] ?? ''),
    )
    .map(({ metadata }) => metadata.name);
  return strict.length === 0
    ? ok(`no labelled namespace forbids redirect (${guarded.length} are labelled)`)
    : warning(
        `Pod Security forbids redirect in ${listed(strict)}: their pods are guarded by takeover, which does not stop a container that dials out`,
        'where that matters, use the level privileged, or add NetworkPolicies (docs/guide/takeover.md)',
      );
}

async function dns({ send }: CheckContext): Promise<Outcome> {
  const path = '/api/v1/namespaces/kube-system/services?labelSelector=k8s-app%3Dkube-dns';
  const { items } = list.parse(await send({ method: 'GET', path }));
  const [service] = items;
  return service === undefined
    ? warning(
        'kube-system has no Service with the label k8s-app: kube-dns',
        'set injection.resolvers to the addresses that pods have in /etc/resolv.conf',
      )
    : ok(`the cluster's DNS is the Service kube-system/${service.metadata.name}`);
}

/** DaemonSets of network plug-ins that enforce NetworkPolicies. */
const ENFORCING =
  /^(cilium|calico-node|antrea-agent|weave-net|kube-router|ovnkube-node|ovn-kubernetes|canal|azure-npm|kindnet)/;

async function network({ send }: CheckContext): Promise<Outcome> {
  const { items } = list.parse(await send({ method: 'GET', path: '/apis/apps/v1/daemonsets' }));
  const found = items.map(({ metadata }) => metadata.name).find((name) => ENFORCING.test(name));
  return found === undefined
    ? warning(
        'no network plug-in was recognised that enforces NetworkPolicies',
        'see that yours does: under takeover only they stop a container that dials out',
      )
    : ok(`the DaemonSet ${found} is of a network plug-in that enforces NetworkPolicies`);
}

/** Of every cluster, before and after the installation. */
export const CLUSTER_CHECKS: readonly Check[] = [
  { name: 'Kubernetes version', run: version },
  { name: 'admission policies', run: admissionPolicies },
  { name: 'Pod Security', run: podSecurity },
  { name: 'DNS', run: dns },
  { name: 'network plug-in', run: network },
];

/** Before an installation. */
export const BEFORE: readonly Check[] = [
  ...CLUSTER_CHECKS,
  { name: 'permissions', run: permissions },
  { name: 'installation', run: notInstalled },
];
