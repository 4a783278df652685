import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT, type Cluster } from '../cluster/cluster.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { checkGrafanaDashboards, GRAFANA_OPERATOR_VALUES, takenByItsDefinition } from './dashboards.ts';
import { checkFalco, falcoSeesFaults } from './falco.ts';
import { checkOtel, OTEL_VALUES } from './otel.ts';
import { checkQueries } from './queries.ts';
import { CHART, IMAGES_BY_DEFAULT, drifted, manifests, objectsOf, template, toolOutput } from './render.ts';
import { SCHEMA_NAME, writeSchemas } from './schemas.ts';
import { checkValuesSchema } from './values-schema.ts';

/** Invalid values, and the path that the error must name. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['unknownKey=1', 'unknownKey'],
  ['sidecar.image.tagg=1', '/sidecar/image'],
  ['sidecar.image.digest=latest', '/sidecar/image/digest'],
  ['replicas=0', '/replicas'],
  ['injection.captures[0]=transparent', '/injection/captures'],
  ['webhook.timeoutSeconds=1', '/webhook/timeoutSeconds'],
  ['admissionPolicies.connect.exec=perhaps', '/admissionPolicies/connect/exec'],
  ['policies.strict.mode=enforce', '/policies/strict'],
  ['policies.default.egres=1', '/policies/default'],
  ['tolerations[0].keys=gpu', '/tolerations'],
  ['resources.limits.cpu[0]=1', '/resources/limits'],
  ['image.pullPolicy=Sometimes', '/image/pullPolicy'],
  ['anchor.cloudEvents.url=ftp://x', '/anchor/cloudEvents/url'],
  ['sidecar.cpu.limit=much', '/sidecar/cpu/limit'],
  ['console.prometheus=prometheus:9090', '/console/prometheus'],
  ['console.prometheus=http://user@prometheus', '/console/prometheus'],
];

/** Valid installations: every switch away from its default. */
const VARIANTS: readonly (readonly string[])[] = [
  ['certificates.certManager.enabled=true'],
  ['admissionPolicies.enabled=false', 'networkPolicy.enabled=false', 'podDisruptionBudget.enabled=false'],
  ['admissionPolicies.connect.exec=deny', 'admissionPolicies.connect.portForward=deny'],
  ['admissionPolicies.ephemeralContainers=deny', 'admissionPolicies.connect.exec=allow'],
  ['injection.keepPrivileges={legacy,default}'],
  [
    'anchor.enabled=true',
    'anchor.cloudEvents.url=https://events.example/in',
    'anchor.cloudEvents.secret=cloud-events',
  ],
  ['priorityClass.create=false', 'priorityClass.name=', 'hooks.enabled=false'],
  [
    'metrics.serviceMonitor.enabled=true',
    'metrics.podMonitor.enabled=true',
    'metrics.prometheusRule.enabled=true',
    'metrics.prometheusRule.runbooks=https://wiki.example/runbooks',
    'metrics.dashboard.annotations.k8s-sidecar-target-directory=/tmp/dashboards/llm-boundary',
  ],
  GRAFANA_OPERATOR_VALUES,
  OTEL_VALUES,
  ['console.prometheus=http://prometheus-server.monitoring/prom'],
  [`sidecar.image.digest=sha256:${'0'.repeat(64)}`, 'injection.excludedNamespaces[0]=monitoring'],
];

function set(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => ['--set', value]);
}

const ALL_ON = [
  'certificates.certManager.enabled=true',
  'metrics.serviceMonitor.enabled=true',
  'metrics.podMonitor.enabled=true',
  'metrics.prometheusRule.enabled=true',
  'metrics.dashboard.grafanaOperator.enabled=true',
  'admissionPolicies.connect.exec=deny',
  'admissionPolicies.connect.portForward=deny',
];

/** @returns the last line of kubeconform's summary. @throws Unexpected if an object is invalid, or of a kind without a schema */
async function kubeconform(cluster: Cluster, schemas: string, input: string): Promise<string> {
  const argv = ['kubeconform', '-strict', '-summary', '-schema-location', `${schemas}/${SCHEMA_NAME}`];
  const { status, stdout, stderr } = await cluster.inside(argv, { input });
  expect(status === 0, `${stdout}${stderr}`.slice(-2000));
  return stdout.trim();
}

const MANIFESTS = [
  'install.yaml',
  'admission-policies.yaml',
  'monitoring.yaml',
  'examples/support-agent.yaml',
  'companions/network-policy.yaml',
  'companions/cilium.yaml',
  'companions/kyverno.yaml',
];

async function conform(cluster: Cluster, steps: Steps): Promise<void> {
  const schemas = mkdtempSync(join(tmpdir(), 'llm-boundary-schemas-'));
  try {
    await steps.step("schemas of the API server and of the other kinds' own projects", async () => {
      const count = await writeSchemas(cluster, schemas);
      expect(count > 100, `only ${count}`);
      return `${count} kinds`;
    });
    for (const values of [[], ...VARIANTS, ALL_ON]) {
      const name = values.length === 0 ? 'the defaults' : values.join(', ').slice(0, 80);
      await steps.step(`kubeconform, strict: the chart with ${name}`, async () =>
        kubeconform(cluster, schemas, await template(cluster, set(values))),
      );
    }
    for (const file of MANIFESTS) {
      await steps.step(`kubeconform, strict: manifests/${file}`, () =>
        kubeconform(cluster, schemas, readFileSync(`${ROOT}manifests/${file}`, 'utf8')),
      );
    }
    await steps.step('kubeconform, strict: it refuses a field that is misspelt, at any depth', async () => {
      const text = readFileSync(`${ROOT}manifests/install.yaml`, 'utf8');
      for (const [right, wrong] of MISSPELT) {
        expect(text.includes(right), `manifests/install.yaml has no ${right}`);
        const seen = await kubeconform(cluster, schemas, text.replace(right, wrong)).catch(() => null);
        expect(seen === null, `it took ${wrong}`);
      }
      return `${MISSPELT.length} fields`;
    });
  } finally {
    rmSync(schemas, { recursive: true, force: true });
  }
}

const MISSPELT: readonly (readonly [string, string])[] = [
  ['readOnlyRootFilesystem:', 'readonlyRootFilesystem:'],
  ['reinvocationPolicy:', 'reinvokationPolicy:'],
  ['maxUnavailable:', 'maxUnavailable2:'],
];

/** Tests of the chart without an installation. */
export async function offline(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('The chart, rendered');
  await steps.step('helm lint finds nothing', async () => {
    const said = await toolOutput(cluster, ['helm', 'lint', '--strict', CHART, ...IMAGES_BY_DEFAULT]);
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
      const { status, stderr } = await cluster.inside([
        'helm',
        'template',
        'x',
        CHART,
        ...IMAGES_BY_DEFAULT,
        '--set',
        value,
      ]);
      expect(status !== 0, 'it was taken');
      expect(
        stderr.includes(place.split('/').at(-1) ?? place),
        `the refusal does not name ${place}: ${stderr}`,
      );
      return null;
    });
  }
  await steps.step('sidecar.otel: each value is a variable of the sidecars', async () =>
    checkOtel(await template(cluster, set(OTEL_VALUES)), await template(cluster)),
  );
  await steps.step('a GrafanaDashboard for each dashboard, which names the key of its ConfigMap', async () =>
    checkGrafanaDashboards(
      objectsOf(await template(cluster, set(['metrics.dashboard.grafanaOperator.enabled=true']))),
    ),
  );
  await steps.step('an API server with the definition of the Grafana operator takes them', async () =>
    takenByItsDefinition(cluster, objectsOf(await template(cluster, set(GRAFANA_OPERATOR_VALUES)))),
  );
  await steps.step('refuses to render without images, and says how to make them', async () => {
    const { status, stderr } = await cluster.inside(['helm', 'template', 'x', CHART]);
    expect(status !== 0, 'it was rendered');
    for (const word of ['image.repository', 'sidecar.image.repository', 'docker build', 'docker push'])
      expect(stderr.includes(word), `the refusal does not say ${word}: ${stderr}`);
    return null;
  });
  await steps.step('values.schema.json: every object names its keys', () =>
    Promise.resolve(checkValuesSchema()),
  );
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
  await steps.step('alerts: promtool test rules', async () => {
    await toolOutput(cluster, ['promtool', 'test', 'rules', `${ROOT}e2e/src/chart/testdata/rules.test.yaml`]);
    return null;
  });
  await steps.step('queries of the dashboards and of the guides: promtool reads them', () =>
    checkQueries(cluster),
  );
  await steps.step('CiliumNetworkPolicy: Cilium takes it', async () => {
    await toolOutput(cluster, ['cilium-check', `${ROOT}manifests/companions/cilium.yaml`]);
    return null;
  });
  await steps.step('NetworkPolicy: the API server takes it', async () => {
    const file = `${ROOT}manifests/companions/network-policy.yaml`;
    await cluster.kubectl(['apply', '--dry-run=server', '-n', 'default', '-f', file]);
    return null;
  });
  await steps.step("Falco rules: Falco's schema, field list and grammar of conditions", () =>
    Promise.resolve(checkFalco(readFileSync(`${ROOT}manifests/companions/falco.yaml`, 'utf8'))),
  );
  await steps.step('Falco rules: what is wrong is seen', () => Promise.resolve(falcoSeesFaults()));
  await conform(cluster, steps);
}
