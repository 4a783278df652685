import { readFileSync } from 'node:fs';

import { parse } from 'yaml';

import { ROOT, type Cluster } from '../cluster/cluster.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { CHART, drifted, manifests, objectsOf, template, toolOutput } from './render.ts';

/** Values that nobody may install with, and the place that the refusal must name. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['unknownKey=1', 'unknownKey'],
  ['sidecar.image.tagg=1', '/sidecar/image'],
  ['sidecar.image.digest=latest', '/sidecar/image/digest'],
  ['replicas=0', '/replicas'],
  ['injection.captures[0]=transparent', '/injection/captures'],
  ['webhook.timeoutSeconds=1', '/webhook/timeoutSeconds'],
  ['admissionPolicies.connect.exec=perhaps', '/admissionPolicies/connect/exec'],
  ['policies.strict.mode=enforce', '/policies/strict'],
  ['image.pullPolicy=Sometimes', '/image/pullPolicy'],
  ['sidecar.cpu.limit=much', '/sidecar/cpu/limit'],
];

/** Installations that must render: every switch away from its default. */
const VARIANTS: readonly (readonly string[])[] = [
  ['certificates.certManager.enabled=true'],
  ['admissionPolicies.enabled=false', 'networkPolicy.enabled=false', 'podDisruptionBudget.enabled=false'],
  ['admissionPolicies.connect.exec=deny', 'admissionPolicies.connect.portForward=deny'],
  ['admissionPolicies.ephemeralContainers=deny', 'admissionPolicies.connect.exec=allow'],
  ['priorityClass.create=false', 'priorityClass.name=', 'hooks.enabled=false'],
  [
    'metrics.serviceMonitor.enabled=true',
    'metrics.podMonitor.enabled=true',
    'metrics.prometheusRule.enabled=true',
  ],
  [`sidecar.image.digest=sha256:${'0'.repeat(64)}`, 'injection.excludedNamespaces[0]=monitoring'],
];

const set = (values: readonly string[]): readonly string[] => values.flatMap((value) => ['--set', value]);

const rules = (): readonly Readonly<Record<string, unknown>>[] =>
  parse(readFileSync(`${ROOT}manifests/companions/falco.yaml`, 'utf8')) as readonly Readonly<
    Record<string, unknown>
  >[];

/** Fields of Falco's syscall source that the rules may use (falco --list=syscall). */
const FALCO_FIELDS = new Set(
  (
    'evt.type container.id container.name k8s.ns.name k8s.pod.name user.uid proc.name proc.pname proc.exepath ' +
    'proc.tty fd.typechar fd.sip fd.sport fd.name'
  ).split(' '),
);
const FALCO_PRIORITIES = ['CRITICAL', 'ERROR', 'WARNING'];

const checkFalco = (): string => {
  const all = rules();
  const found = all.filter((each) => 'rule' in each);
  expect(found.length >= 4, `expected four rules, found ${found.length}`);
  for (const rule of found) {
    const keys = Object.keys(rule).sort().join(' ');
    expect(keys === 'condition desc output priority rule tags', `${String(rule['rule'])}: keys ${keys}`);
    expect(FALCO_PRIORITIES.includes(String(rule['priority'])), `${String(rule['rule'])}: priority`);
    const text = `${String(rule['condition'])} ${String(rule['output'])}`.replace(/"[^"]*"/g, '');
    const used = text.match(/\b(?:evt|container|k8s|user|proc|fd)\.[a-z_.]+[a-z]/g) ?? [];
    const unknown = used.filter((field) => !FALCO_FIELDS.has(field));
    expect(unknown.length === 0, `${String(rule['rule'])}: unknown fields ${unknown.join(', ')}`);
  }
  return `${found.length} rules; fields and keys only, Falco itself is not run`;
};

/** Metrics that alerts and dashboard name exist in the reference or in the webhook's own source. */
const checkMetricNames = (): string => {
  const known = ['docs/reference/metrics.md', 'webhook/src/server/metrics.ts']
    .map((path) => readFileSync(`${ROOT}${path}`, 'utf8'))
    .join('\n');
  const used = new Set(
    ['rules.yaml', 'dashboard.json']
      .map((name) => readFileSync(`${CHART}/files/${name}`, 'utf8'))
      .flatMap((text) => text.match(/\bllm_boundary_[a-z_]+/g) ?? []),
  );
  const unknown = [...used].filter((name) => !known.includes(name.replace(/_bucket$/, '')));
  expect(unknown.length === 0, `no such metrics: ${unknown.join(', ')}`);
  return `${used.size} metrics`;
};

/** What can be said of the chart without installing it. */
export const offline = async (cluster: Cluster, steps: Steps): Promise<void> => {
  steps.chapter('The chart, rendered');
  await steps.step('helm lint finds nothing', async () => {
    const said = await toolOutput(cluster, ['helm', 'lint', '--strict', CHART]);
    expect(!/\[(WARNING|ERROR)\]/.test(said), said);
    return null;
  });
  await steps.step('two renders are the same bytes', async () => {
    expect((await template(cluster)) === (await template(cluster)), 'the renders differ');
    return null;
  });
  await steps.step('no certificate and no caBundle is rendered', async () => {
    const text = await template(cluster);
    expect(!/^\s*caBundle:|BEGIN [A-Z ]*(?:CERTIFICATE|PRIVATE KEY)/m.test(text), 'there is one');
    return null;
  });
  for (const values of VARIANTS) {
    await steps.step(`renders with ${values.join(', ').slice(0, 90)}`, async () => {
      return `${objectsOf(await template(cluster, set(values))).length} objects`;
    });
  }
  for (const [value, place] of REFUSED) {
    await steps.step(`refuses ${value}`, async () => {
      const { status, stderr } = await cluster.inside(['helm', 'template', 'x', CHART, '--set', value]);
      expect(status !== 0, 'it was taken');
      expect(
        stderr.includes(place.split('/').at(-1) ?? place),
        `the refusal does not name ${place}: ${stderr}`,
      );
      return null;
    });
  }
  steps.chapter('Manifests and companions');
  await steps.step('manifests/ is what the chart renders', async () => {
    const files = drifted(await manifests(cluster));
    expect(files.length === 0, `drifted: ${files.join(', ')}. Fix: node e2e/dist/chart/main.js --write`);
    return null;
  });
  await steps.step('alerts: promtool check rules', async () => {
    await toolOutput(cluster, ['promtool', 'check', 'rules', `${CHART}/files/rules.yaml`]);
    return null;
  });
  await steps.step('alerts and dashboard name metrics that exist', () => Promise.resolve(checkMetricNames()));
  await steps.step('CiliumNetworkPolicy: Cilium takes it', async () => {
    await toolOutput(cluster, ['cilium-check', `${ROOT}manifests/companions/cilium.yaml`]);
    return null;
  });
  await steps.step('NetworkPolicy: the API server takes it', async () => {
    const file = `${ROOT}manifests/companions/network-policy.yaml`;
    await cluster.kubectl(['apply', '--dry-run=server', '-n', 'default', '-f', file]);
    return null;
  });
  await steps.step('Falco rules: keys, priorities and fields', () => Promise.resolve(checkFalco()));
};
