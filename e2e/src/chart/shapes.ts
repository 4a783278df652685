import type { Cluster, KubeObject } from '../cluster/cluster.ts';

type Json = Readonly<Record<string, unknown>>;

/** A pod as the webhook has made it, and what makes a hostile one of it. */
export interface Shape {
  readonly name: string;
  /** A code in the refusal; null: it is admitted. */
  readonly refusal: string | null;
  readonly pod: Json;
}

interface PodSpec {
  readonly containers: readonly Json[];
  readonly initContainers?: readonly Json[];
  readonly volumes?: readonly Json[];
}

export const NAMESPACE = 'llm-boundary-chart';
export const UNLABELLED = 'llm-boundary-unlabelled';

/** A model server as its author writes it. */
export const author = (name: string, annotations: Json = {}, spec: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, annotations },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'model',
        image: 'localhost/busybox:dev',
        imagePullPolicy: 'Never',
        command: ['/bin/busybox', 'sleep', '3600'],
        ports: [{ containerPort: 8000 }],
        securityContext: { runAsUser: 1000 },
      },
    ],
    ...spec,
  },
});

export const REDIRECT = { 'llm-boundary.io/capture': 'redirect' };

/** What the webhook makes of a pod, by a dry run of the real API server; ready to be created again by hand. */
export const injected = async (cluster: Cluster, pod: Json): Promise<Json> => {
  const text = await cluster.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], {
    input: JSON.stringify(pod),
  });
  const { metadata, spec } = JSON.parse(text) as KubeObject & { spec: PodSpec };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: metadata.name,
      namespace: NAMESPACE,
      annotations: metadata.annotations,
      labels: { 'llm-boundary.io/inject': 'true' },
    },
    spec,
  };
};

const withSpec = (pod: Json, change: (spec: PodSpec) => Json): Json => ({
  ...pod,
  spec: { ...(pod['spec'] as PodSpec), ...change(pod['spec'] as PodSpec) },
});

const changeInit = (pod: Json, name: string, change: Json): Json =>
  withSpec(pod, ({ initContainers = [] }) => ({
    initContainers: initContainers.map((each) => (each['name'] === name ? { ...each, ...change } : each)),
  }));

const changeModel = (pod: Json, change: Json): Json =>
  withSpec(pod, ({ containers }) => ({ containers: containers.map((each) => ({ ...each, ...change })) }));

const sidecar = 'llm-boundary-sidecar';

/** Only native sidecars may have probes; without them the API itself has nothing against the container. */
const NO_PROBES = { startupProbe: undefined, readinessProbe: undefined, livenessProbe: undefined };

/** Every way past the boundary that a pod's own text can try, with the code that stops it. @param pod redirected */
export const shapes = (pod: Json): readonly Shape[] => {
  const row = (name: string, refusal: string | null, hostile: Json): Shape => ({
    name,
    refusal,
    pod: { ...hostile, metadata: { ...(hostile['metadata'] as Json), name } },
  });
  const secure = { runAsUser: 1000, allowPrivilegeEscalation: false };
  return [
    row('as-injected', null, pod),
    row(
      'no-sidecar',
      'no_boundary',
      withSpec(pod, () => ({ initContainers: [] })),
    ),
    row(
      'foreign-first',
      'no_boundary',
      withSpec(pod, ({ initContainers = [] }) => ({
        initContainers: [
          { name: 'early', image: 'localhost/busybox:dev', securityContext: secure },
          ...initContainers,
        ],
      })),
    ),
    row('other-image', 'impostor_container', changeInit(pod, sidecar, { image: 'example.com/impostor:1' })),
    row('other-command', 'impostor_container', changeInit(pod, sidecar, { command: ['/bin/busybox'] })),
    row(
      'with-environment',
      'impostor_container',
      changeInit(pod, sidecar, { env: [{ name: 'NODE_OPTIONS', value: '--require=/x.js' }] }),
    ),
    row(
      'not-restarting',
      'impostor_container',
      changeInit(pod, sidecar, { restartPolicy: undefined, ...NO_PROBES }),
    ),
    row(
      'other-rules-program',
      'impostor_container',
      changeInit(pod, 'llm-boundary-net-init', { command: ['/bin/busybox', 'true'] }),
    ),
    row('sidecars-user', 'uid_taken', changeModel(pod, { securityContext: { ...secure, runAsUser: 15400 } })),
    row(
      'host-network',
      'host_namespace',
      withSpec(pod, () => ({ hostNetwork: true })),
    ),
    row(
      'host-pid',
      'host_namespace',
      withSpec(pod, () => ({ hostPID: true })),
    ),
    row(
      'shared-processes',
      'host_namespace',
      withSpec(pod, () => ({ shareProcessNamespace: true })),
    ),
    row(
      'net-admin',
      'capability_too_strong',
      changeModel(pod, { securityContext: { ...secure, capabilities: { add: ['NET_ADMIN'] } } }),
    ),
    row(
      'setuid',
      'capability_too_strong',
      changeModel(pod, { securityContext: { ...secure, capabilities: { add: ['SETUID'] } } }),
    ),
    row('root', 'capability_too_strong', changeModel(pod, { securityContext: { ...secure, runAsUser: 0 } })),
    row(
      'escalation',
      'capability_too_strong',
      changeModel(pod, { securityContext: { ...secure, allowPrivilegeEscalation: true } }),
    ),
    row(
      'reads-audit',
      'impostor_volume',
      changeModel(pod, { volumeMounts: [{ name: 'llm-boundary-audit', mountPath: '/audit' }] }),
    ),
    row(
      'own-policy',
      'impostor_volume',
      withSpec(pod, ({ volumes = [] }) => ({
        volumes: volumes.map((volume) =>
          volume['name'] === 'llm-boundary-policy' ? { name: volume['name'], emptyDir: {} } : volume,
        ),
      })),
    ),
  ];
};
