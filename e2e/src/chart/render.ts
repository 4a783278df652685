import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { parseAllDocuments, stringify } from 'yaml';

import { ROOT, type Cluster } from '../cluster/cluster.ts';

export const CHART = `${ROOT}charts/llm-boundary`;
const GENERATED =
  '# Generated from charts/llm-boundary (node e2e/dist/chart/main.js --write); do not edit.\n';
const NAMESPACE = 'llm-boundary';

/** One object of the rendered chart, as far as it is read here. */
export interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Of a ConfigMap. */
  readonly data?: Readonly<Record<string, string>>;
}

interface CelPolicy {
  readonly variables: readonly { readonly name: string; readonly expression: string }[];
  readonly validations: readonly { readonly expression: string; readonly message: string }[];
}

/** Standard output of a pinned tool. @throws Error with its output */
export function toolOutput(cluster: Cluster, argv: readonly string[]): Promise<string> {
  return cluster.script(['enter', ...argv]);
}

function images(prefix: string): readonly string[] {
  return ['--set', `image.repository=${prefix}/webhook,sidecar.image.repository=${prefix}/sidecar`];
}

/** The default names of injection without a cluster; the chart itself has none. */
export const IMAGES_BY_DEFAULT = images('llm-boundary');
/** The committed manifests name a registry that cannot exist (RFC 2606), to be replaced. */
const IMAGES_TO_REPLACE = images('registry.example/llm-boundary');

/** @param more flags of `helm template` */
export function template(cluster: Cluster, more: readonly string[] = []): Promise<string> {
  return toolOutput(cluster, [
    'helm',
    'template',
    'llm-boundary',
    CHART,
    '--namespace',
    NAMESPACE,
    ...IMAGES_BY_DEFAULT,
    ...more,
  ]);
}

export function objectsOf(yaml: string): readonly Rendered[] {
  return parseAllDocuments(yaml).flatMap((document) => (document.toJSON() as Rendered | null) ?? []);
}

const EXCLUDED = ['kube-system', 'kube-public', 'kube-node-lease', NAMESPACE];

/** The refusals of the admission policy on pods as a Kyverno policy: with the same expressions, so that they cannot differ. */
function kyverno(rendered: string): string {
  const policy = objectsOf(rendered).find(
    ({ kind, metadata }) => kind === 'ValidatingAdmissionPolicy' && metadata.name === 'llm-boundary-pods',
  );
  if (policy?.spec === undefined) throw new Error('the chart renders no admission policy llm-boundary-pods');
  const { variables, validations } = policy.spec as unknown as CelPolicy;
  const resources = { kinds: ['Pod'], operations: ['CREATE'] };
  const label = { 'llm-boundary.io/inject': 'true' };
  const object = {
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: {
      name: 'llm-boundary-pods',
      annotations: {
        'pod-policies.kyverno.io/autogen-controllers': 'none',
        'policies.kyverno.io/title': 'LLM workloads have a boundary',
        'policies.kyverno.io/description':
          'A labelled pod is created with the exact sidecar or not at all. Exemptions are PolicyExceptions.',
      },
    },
    spec: {
      background: false,
      rules: [
        {
          name: 'exact-sidecar',
          match: {
            any: [
              { resources: { ...resources, namespaceSelector: { matchLabels: label } } },
              { resources: { ...resources, selector: { matchLabels: label } } },
            ],
          },
          exclude: { any: [{ resources: { namespaces: EXCLUDED } }] },
          validate: {
            failureAction: 'Enforce',
            cel: {
              variables,
              expressions: validations.map(({ expression, message }) => ({ expression, message })),
            },
          },
        },
      ],
    },
  };
  return `${GENERATED}# Needs Kyverno 1.11 or newer.\n${stringify(object, { lineWidth: 0 })}`;
}

/** The namespace, which the chart does not render, for installations without Helm. */
export const namespace = `apiVersion: v1
kind: Namespace
metadata:
  name: ${NAMESPACE}
  labels:
    pod-security.kubernetes.io/enforce: restricted
`;

const monitors = ['serviceMonitor', 'podMonitor', 'prometheusRule'].flatMap((name) => [
  '--set',
  `metrics.${name}.enabled=true`,
]);

/** Every generated file under `manifests/`, by its path there. */
export async function manifests(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  const render = (more: readonly string[]): Promise<string> =>
    template(cluster, [...IMAGES_TO_REPLACE, ...more]);
  const whole = await render(['--no-hooks', '--skip-tests']);
  const monitoring = await render([...monitors, '--show-only', 'templates/monitoring/monitoring.yaml']);
  const admission = await render([
    '--show-only',
    'templates/admission/pods.yaml',
    '--show-only',
    'templates/admission/objects.yaml',
  ]);
  return new Map([
    ['install.yaml', `${GENERATED}${namespace}${whole}`],
    ['monitoring.yaml', `${GENERATED}${monitoring}`],
    ['admission-policies.yaml', `${GENERATED}${admission}`],
    ['companions/kyverno.yaml', kyverno(whole)],
  ]);
}

/** The files that differ from what the chart renders. */
export function drifted(expected: ReadonlyMap<string, string>): readonly string[] {
  return [...expected]
    .filter(([path, text]) => readOrNull(`${ROOT}manifests/${path}`) !== text)
    .map(([path]) => path);
}

export function write(expected: ReadonlyMap<string, string>): void {
  for (const [path, text] of expected) {
    const target = `${ROOT}manifests/${path}`;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
