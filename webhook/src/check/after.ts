import { X509Certificate } from 'node:crypto';

import { z } from 'zod';

import { CONTAINERS, LABELS } from '../inject/index.ts';
import { parseConfigMap, PolicyCatalogue } from '../policies/index.ts';
import { askForSilence } from '../posture/silent.ts';
import { statusOf } from '../posture/status.ts';
import { CLUSTER_CHECKS } from './before.ts';
import { failed, ok, warning, type Check, type CheckContext, type Outcome } from './result.ts';

const deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.int().nullish(),
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({ image: z.string().nullish(), args: z.array(z.string()).nullish() }),
        ),
      }),
    }),
  }),
  status: z.looseObject({ readyReplicas: z.int().nullish() }).nullish(),
});

/** Null if there is none. */
async function deployed({ send, systemNamespace }: CheckContext): Promise<z.infer<typeof deployment> | null> {
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments/llm-boundary-webhook`;
  try {
    return deployment.parse(await send({ method: 'GET', path }));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

function absent({ systemNamespace }: CheckContext): Outcome {
  return failed(
    `there is no Deployment ${systemNamespace}/llm-boundary-webhook`,
    'install the chart, or name its namespace with --system-namespace',
  );
}

/** The image that the webhook injects; null if it is not an argument. */
function sidecarImage({ spec }: z.infer<typeof deployment>): string | null {
  const flag = '--sidecar-image=';
  const args = spec.template.spec.containers.flatMap(({ args: own }) => own ?? []);
  return args.find((argument) => argument.startsWith(flag))?.slice(flag.length) ?? null;
}

async function webhook(context: CheckContext): Promise<Outcome> {
  const found = await deployed(context);
  if (found === null) return absent(context);
  const wanted = found.spec.replicas ?? 1;
  const ready = found.status?.readyReplicas ?? 0;
  const detail = `${ready} of ${wanted} replicas are ready`;
  if (ready >= wanted && ready > 0) return ok(detail);
  const fix = `kubectl -n ${context.systemNamespace} describe pods -l app.kubernetes.io/component=webhook`;
  return ready > 0 ? warning(detail, fix) : failed(`${detail}; labelled pods cannot be created`, fix);
}

/** The tag of an image; null with a digest alone. */
function tagOf(image: string): string | null {
  return /:([\w.-]+)(?:@|$)/.exec(image.split('/').at(-1) ?? '')?.[1] ?? null;
}

async function versions(context: CheckContext): Promise<Outcome> {
  const found = await deployed(context);
  if (found === null) return absent(context);
  const images = [found.spec.template.spec.containers[0]?.image ?? null, sidecarImage(found)];
  const tags = images.flatMap((image) => (image === null ? [] : [tagOf(image) ?? 'a digest']));
  const detail = `webhook and sidecar: ${tags.join(', ')}; this program: ${context.version}`;
  return tags.every((tag) => tag === context.version || tag === 'a digest')
    ? ok(detail)
    : warning(detail, 'upgrade the release, or use the program of its version');
}

const configuration = z.looseObject({
  webhooks: z
    .array(
      z.looseObject({
        name: z.string(),
        clientConfig: z.looseObject({ caBundle: z.string().nullish() }),
      }),
    )
    .nullish(),
});

/** A certificate of the bundle that holds at this time, with the latest end; null: none. */
function trustedUntil(caBundle: string, nowMs: number): number | null {
  const pem = Buffer.from(caBundle, 'base64').toString('latin1');
  const ends = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap(
    (text) => {
      try {
        const { validFrom, validTo } = new X509Certificate(text);
        return Date.parse(validFrom) <= nowMs && nowMs < Date.parse(validTo) ? [Date.parse(validTo)] : [];
      } catch {
        return [];
      }
    },
  );
  return ends.length === 0 ? null : Math.max(...ends);
}

async function certificates({ send, nowMs, systemNamespace }: CheckContext): Promise<Outcome> {
  const fix = `kubectl -n ${systemNamespace} rollout restart deployment llm-boundary-webhook; with cert-manager, see its Certificates`;
  const ends: number[] = [];
  for (const kind of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) {
    const path = `/apis/admissionregistration.k8s.io/v1/${kind}/llm-boundary`;
    let webhooks: z.infer<typeof configuration>['webhooks'];
    try {
      ({ webhooks } = configuration.parse(await send({ method: 'GET', path })));
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      return failed(
        `there is no ${kind}/llm-boundary: no pod is injected`,
        'upgrade the release (helm upgrade)',
      );
    }
    for (const { name, clientConfig } of webhooks ?? []) {
      const end = trustedUntil(clientConfig.caBundle ?? '', nowMs);
      if (end === null) return failed(`${kind}: ${name} has no CA certificate that is valid now`, fix);
      ends.push(end);
    }
  }
  if (ends.length === 0) return failed('the webhook configurations have no webhooks', 'upgrade the release');
  return ok(`the API server trusts a CA until ${new Date(Math.min(...ends)).toISOString()}`);
}

const created = z.looseObject({
  spec: z.looseObject({ initContainers: z.array(z.looseObject({ name: z.string() })).nullish() }),
});

/** A pod that is only tried: dry run. */
const TRIED = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'llm-boundary-check', labels: { [LABELS.inject]: 'true' } },
  spec: {
    containers: [{ name: 'model', image: 'ollama/ollama:0.13.0', ports: [{ containerPort: 11434 }] }],
  },
} as const;

async function injection({ send, systemNamespace }: CheckContext): Promise<Outcome> {
  const path = '/api/v1/namespaces/default/pods?dryRun=All';
  const fix = `see that the API server reaches the Service ${systemNamespace}/llm-boundary-webhook (port 443 to 8443 of its pods: firewalls of managed clusters, NetworkPolicies)`;
  try {
    const { spec } = created.parse(await send({ method: 'POST', path, body: TRIED }));
    return (spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.sidecar)
      ? ok('a labelled pod in the namespace default gets the sidecar (dry run)')
      : failed('a labelled pod in the namespace default gets no sidecar (dry run)', 'upgrade the release');
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (message.includes('failed calling webhook')) return failed(message, fix);
    if (/admission webhook "[^"]*llm-boundary[^"]*" denied/.test(message))
      return warning(
        `the webhook answers, and refuses the pod that was tried: ${message}`,
        'see why: docs/reference/injection-refusals.md',
      );
    throw error;
  }
}

const items = z.looseObject({ items: z.array(z.unknown()) });

async function policies({ send, systemNamespace }: CheckContext): Promise<Outcome> {
  const path = `/api/v1/configmaps?labelSelector=${encodeURIComponent(`${LABELS.policy}=true,${LABELS.published}!=true`)}`;
  const catalogue = new PolicyCatalogue(systemNamespace);
  for (const object of items.parse(await send({ method: 'GET', path })).items) {
    const map = parseConfigMap(object);
    if (map !== null) catalogue.set(map);
  }
  const broken = catalogue.broken();
  return broken.length === 0
    ? ok(`${catalogue.size()} policies, all valid`)
    : failed(
        broken
          .slice(0, 10)
          .map(({ namespace, name, problems }) => `${namespace}/${name}: ${problems.join('; ')}`)
          .join(' | '),
        'correct the ConfigMap; llm-boundary-sidecar policy check FILE says line and column',
      );
}

const state = z.looseObject({
  name: z.string(),
  state: z.looseObject({ waiting: z.looseObject({ reason: z.string().nullish() }).nullish() }).nullish(),
});
const runningPod = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
  spec: z.looseObject({
    initContainers: z.array(z.looseObject({ name: z.string(), image: z.string().nullish() })).nullish(),
  }),
  status: z
    .looseObject({
      phase: z.string().nullish(),
      initContainerStatuses: z.array(state).nullish(),
      containerStatuses: z.array(state).nullish(),
    })
    .nullish(),
});
type RunningPod = z.infer<typeof runningPod>;

async function podsIn({ send }: CheckContext, path: string): Promise<readonly RunningPod[]> {
  return items.parse(await send({ method: 'GET', path })).items.flatMap((object) => {
    const parsed = runningPod.safeParse(object);
    return parsed.success && !['Succeeded', 'Failed'].includes(parsed.data.status?.phase ?? '')
      ? [parsed.data]
      : [];
  });
}

function nameOf({ metadata }: RunningPod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function listed(pods: readonly RunningPod[]): string {
  const more = pods.length > 10 ? ` and ${pods.length - 10} more` : '';
  return `${pods.slice(0, 10).map(nameOf).join(', ')}${more}`;
}

function sidecarOf({ spec }: RunningPod): { readonly image?: string | null | undefined } | undefined {
  return (spec.initContainers ?? []).find(({ name }) => name === CONTAINERS.sidecar);
}

async function sidecars(context: CheckContext): Promise<Outcome> {
  const found = await deployed(context);
  if (found === null) return absent(context);
  const wanted = sidecarImage(found);
  const guarded = (await podsIn(context, '/api/v1/pods')).filter((pod) => sidecarOf(pod) !== undefined);
  const old = guarded.filter((pod) => wanted !== null && sidecarOf(pod)?.image !== wanted);
  return old.length === 0
    ? ok(`${guarded.length} pods have the sidecar that is injected now`)
    : warning(
        `${old.length} of ${guarded.length} pods have another image of the sidecar: ${listed(old)}`,
        'recreate them (kubectl rollout restart)',
      );
}

const NOT_PULLED = /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/;

async function images(context: CheckContext): Promise<Outcome> {
  const pods = await podsIn(context, '/api/v1/pods');
  const stuck = pods.filter((pod) => {
    const isOwn = pod.metadata.namespace === context.systemNamespace;
    if (!isOwn && sidecarOf(pod) === undefined) return false;
    const states = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    return states.some(
      ({ name, state: now }) =>
        (isOwn || name.startsWith('llm-boundary-')) && NOT_PULLED.test(now?.waiting?.reason ?? ''),
    );
  });
  return stuck.length === 0
    ? ok('no pod waits for an image of llm-boundary')
    : failed(
        `images cannot be pulled: ${listed(stuck)}`,
        'see kubectl describe pod; set image.repository and sidecar.image.repository, and give the namespace of each workload a pull secret',
      );
}

async function anchor({ send, systemNamespace }: CheckContext): Promise<Outcome> {
  const silence = await askForSilence(systemNamespace, (path) => send({ method: 'GET', path }));
  switch (silence.anchor) {
    case 'absent':
      return ok('no anchor is installed (anchor.enabled)');
    case 'unavailable':
      return failed(
        `the anchor cannot be asked: ${silence.problem}`,
        `kubectl -n ${systemNamespace} logs deployment/llm-boundary-anchor`,
      );
    case 'answered':
      return silence.pods.length === 0
        ? ok('the anchor has a recent head of every record')
        : failed(
            `${silence.pods.length} pods are silent`,
            'llm-boundary-webhook posture names them and the reasons',
          );
    default:
      return silence satisfies never;
  }
}

/** Of an installation. */
export const AFTER: readonly Check[] = [
  ...CLUSTER_CHECKS,
  { name: 'webhook', run: webhook },
  { name: 'versions', run: versions },
  { name: 'certificates', run: certificates },
  { name: 'injection', run: injection },
  { name: 'policies', run: policies },
  { name: 'sidecars', run: sidecars },
  { name: 'images', run: images },
  { name: 'anchor', run: anchor },
];
