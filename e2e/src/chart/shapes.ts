import type { Cluster, KubeObject } from '../cluster/cluster.ts';
import {
  type Json,
  type PodSpec,
  withSpec,
  changeEnv,
  changeInit,
  changeModel,
  sidecar,
  netInit,
  changeArg,
  changeVolume,
  withoutOption,
  imageOf,
  NO_PROBES,
} from './pod-changes.ts';

/** An injected pod, and the change that makes it hostile. */
export interface Shape {
  readonly name: string;
  /** A code in the refusal; null: it is admitted. */
  readonly refusal: string | null;
  readonly pod: Json;
}

export const NAMESPACE = 'llm-boundary-chart';
export const UNLABELLED = 'llm-boundary-unlabelled';

/** A model server as its author writes it. */
export function author(name: string, annotations: Json = {}, spec: Json = {}): Json {
  return {
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
  };
}

export const REDIRECT = { 'llm-boundary.io/capture': 'redirect' };

/** Before injection: the sidecar is told the labels of its pod. */
const LABELS = { 'llm-boundary.io/inject': 'true' };

/** The result of injection, by a dry run of the real API server; ready to be created again. */
export async function injected(cluster: Cluster, pod: Json): Promise<Json> {
  const labelled = { ...pod, metadata: { ...(pod['metadata'] as Json), labels: LABELS } };
  const text = await cluster.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], {
    input: JSON.stringify(labelled),
  });
  const { metadata, spec } = JSON.parse(text) as KubeObject & { spec: PodSpec };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: metadata.name,
      namespace: NAMESPACE,
      annotations: metadata.annotations,
      labels: LABELS,
    },
    spec,
  };
}

const DIGEST = `sha256:${'5f'.repeat(32)}`;

/** Every bypass in a pod's own text, with the code that refuses it. @param pod redirected */
export function shapes(pod: Json): readonly Shape[] {
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
    row('other-image', 'own_image_unknown', changeInit(pod, sidecar, { image: 'example.com/impostor:1' })),
    row('pinned-image', null, changeInit(pod, sidecar, { image: `${imageOf(pod, sidecar)}@${DIGEST}` })),
    row(
      'other-repository-pinned',
      'own_image_unknown',
      changeInit(pod, sidecar, { image: `${imageOf(pod, sidecar)}-x@${DIGEST}` }),
    ),
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
    row('other-upstream', 'final_state', changeArg(pod, sidecar, '127.0.0.1:8000', '127.0.0.1:9000')),
    row('no-inbound', 'final_state', withoutOption(pod, '--inbound')),
    row('no-canary', 'final_state', withoutOption(pod, '--canary')),
    row('other-policy-folder', 'final_state', changeArg(pod, sidecar, '/etc/llm-boundary/policy', '/tmp')),
    row('own-resolver', 'final_state', changeArg(pod, sidecar, /^\d+\.\d+\.\d+\.\d+$/, '203.0.113.53')),
    row('own-search-domain', 'final_state', changeArg(pod, sidecar, 'svc.cluster.local', 'evil.example')),
    row(
      'one-more-argument',
      'final_state',
      changeArg(pod, sidecar, /^(\d+)$/, '$1\n--upstream-timeout-seconds\n1'),
    ),
    row('no-rules', 'final_state', changeInit(pod, netInit, { args: ['list ruleset'] })),
    row('weaker-rules', 'final_state', changeArg(pod, netInit, /policy drop/g, 'policy accept')),
    row('a-port-open', 'final_state', changeArg(pod, netInit, '15430 } accept', '15430, 8000 } accept')),
    row(
      'a-rule-more',
      'final_state',
      changeArg(pod, netInit, '    meta l4proto tcp', '    accept\n    meta l4proto tcp'),
    ),
    row(
      'privileged-rules-program',
      'impostor_container',
      changeInit(pod, netInit, {
        securityContext: { privileged: true, capabilities: { add: ['NET_ADMIN'] } },
      }),
    ),
    row(
      'other-identity',
      'impostor_container',
      changeInit(pod, sidecar, {
        env: [
          {
            name: 'LLM_BOUNDARY_POD_NAME',
            valueFrom: { fieldRef: { fieldPath: "metadata.annotations['name']" } },
          },
        ],
      }),
    ),
    row(
      'other-labels',
      'impostor_container',
      changeEnv(pod, 'LLM_BOUNDARY_POD_LABELS', { value: 'llm-boundary.io/inject=true,tier=internal' }),
    ),
    row(
      'labels-of-another-value',
      'impostor_container',
      changeEnv(pod, 'LLM_BOUNDARY_POD_LABELS', { value: 'llm-boundary.io/inject=false' }),
    ),
    row(
      'other-policy-name',
      'impostor_container',
      changeInit(pod, sidecar, { env: [{ name: 'LLM_BOUNDARY_POLICY_NAME', value: 'strict' }] }),
    ),
    row(
      'another-configmap',
      'impostor_volume',
      changeVolume(pod, 'llm-boundary-policy', { configMap: { name: 'llm-boundary-mine' } }),
    ),
    row(
      'another-policys-configmap',
      'impostor_volume',
      changeVolume(pod, 'llm-boundary-policy', { configMap: { name: 'llm-boundary-observe-default' } }),
    ),
    row(
      'another-key-of-the-policy',
      'impostor_volume',
      changeVolume(pod, 'llm-boundary-policy', {
        configMap: { name: 'llm-boundary-policy-default', items: [{ key: 'x', path: 'policy.yaml' }] },
      }),
    ),
    row(
      'kubelets-files',
      'host_path',
      withSpec(pod, ({ volumes = [] }) => ({
        volumes: [...volumes, { name: 'node', hostPath: { path: '//var/./lib//kubelet/pods' } }],
      })),
    ),
    row(
      'whole-node',
      'host_path',
      withSpec(pod, ({ volumes = [] }) => ({
        volumes: [...volumes, { name: 'node', hostPath: { path: '/./' } }],
      })),
    ),
    row(
      'a-folder-of-the-node',
      null,
      withSpec(pod, ({ volumes = [] }) => ({
        volumes: [...volumes, { name: 'models', hostPath: { path: '/mnt/runs/models' } }],
      })),
    ),
    row(
      'unknown-user',
      'capability_too_strong',
      changeModel(pod, {
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      }),
    ),
    row(
      'sidecars-group',
      'uid_taken',
      changeModel(pod, { securityContext: { allowPrivilegeEscalation: false, runAsGroup: 15400 } }),
    ),
    row(
      'unknown-user-of-another-group',
      null,
      changeModel(pod, {
        securityContext: { allowPrivilegeEscalation: false, runAsGroup: 0, capabilities: { drop: ['ALL'] } },
      }),
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
}
