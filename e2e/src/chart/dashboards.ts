import { join } from 'node:path';

import type { Cluster } from '../cluster/cluster.ts';
import { expect } from '../cluster/steps.ts';
import { moduleFolder } from './foreign/modules.ts';
import type { Rendered } from './render.ts';
import { GRAFANA_DASHBOARDS, GRAFANA_OPERATOR } from './schemas.ts';

/** GrafanaDashboards with every field that values can set. */
export const GRAFANA_OPERATOR_VALUES: readonly string[] = [
  'metrics.dashboard.grafanaOperator.enabled=true',
  'metrics.dashboard.grafanaOperator.instanceSelector.matchLabels.team=platform',
  'metrics.dashboard.grafanaOperator.folder=LLM boundary',
];

const RESOURCE = 'crd/grafanadashboards.grafana.integreatly.org';

function ofKind(objects: readonly Rendered[], wanted: string): readonly Rendered[] {
  return objects.filter(({ kind }) => kind === wanted);
}

/** Each GrafanaDashboard names a ConfigMap of the render and the key of its dashboard. @returns their names @throws Unexpected */
export function checkGrafanaDashboards(objects: readonly Rendered[]): string {
  const names = ofKind(objects, 'GrafanaDashboard').map(({ metadata, spec }) => {
    const { name, key } = spec?.['configMapRef'] as { readonly name: string; readonly key: string };
    const held = ofKind(objects, 'ConfigMap').find(({ metadata: of }) => of.name === name);
    expect(held?.data?.[key] !== undefined, `no ConfigMap ${name} with ${key}`);
    return metadata.name;
  });
  expect(names.length === 3, `expected three: ${names.join(', ')}`);
  return names.join(', ');
}

/** Has the API server hold the GrafanaDashboards to the operator's own definition, its rules in CEL included. @returns their names @throws Unexpected */
export async function takenByItsDefinition(cluster: Cluster, objects: readonly Rendered[]): Promise<string> {
  const definition = join(await moduleFolder(GRAFANA_OPERATOR), GRAFANA_DASHBOARDS);
  // A namespace that is there.
  const dashboards = ofKind(objects, 'GrafanaDashboard').map((each) => ({
    ...each,
    metadata: { ...each.metadata, namespace: 'default' },
  }));
  const create = (items: readonly object[]): ReturnType<Cluster['tryKubectl']> =>
    cluster.tryKubectl(['create', '--dry-run=server', '--validate=strict', '-o', 'name', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
    });
  await cluster.kubectl(['apply', '--server-side', '-f', definition]);
  try {
    await cluster.kubectl(['wait', '--for=condition=Established', RESOURCE, '--timeout=30s']);
    const { status, stdout, stderr } = await create(dashboards);
    expect(status === 0, stderr);
    const names = stdout.trim().split('\n');
    expect(names.length === 3, stdout);
    for (const [wrong, said] of REFUSED) {
      const refused = await create(
        dashboards.map((each) => ({ ...each, spec: { ...each.spec, ...wrong } })).slice(0, 1),
      );
      expect(refused.status !== 0 && said.test(refused.stderr), `${said.source}: ${refused.stderr}`);
    }
    return names.join(', ');
  } finally {
    await cluster.tryKubectl(['delete', '--wait=false', RESOURCE]);
  }
}

/** Fields that the definition refuses, each with what is said of it: by kubectl once it has the schema, by the API server before. */
const REFUSED: readonly (readonly [object, RegExp])[] = [
  [{ instanceSelectors: {} }, /unknown field.*instanceSelectors/],
  [{ folder: 'LLM boundary', folderRef: 'boundary' }, /folder field cannot be set/],
  [{ configMapRef: { name: 'llm-boundary-dashboard-operator' } }, /configMapRef.*(?:required|Required)/],
];
