import { readFileSync } from 'node:fs';

import { stringify } from 'yaml';

import { ROOT, type Cluster } from '../cluster/cluster.ts';
import { expect } from '../cluster/steps.ts';
import { panelQueries, withVariables } from '../counterparts/prometheus/expressions.ts';

/** Grafana's variables with a value, since PromQL has none. */
const VARIABLES = { $__rate_interval: '5m', $__range: '6h' };

function inDashboards(): readonly string[] {
  return panelQueries().map(({ expr }) => withVariables(expr, VARIABLES));
}

/** The second column of the table of alerts. */
function inOperate(): readonly string[] {
  const page = readFileSync(`${ROOT}docs/guide/operate.md`, 'utf8');
  return [...page.matchAll(/^\| [^`|]+ \| `((?:[^`])+)` +\| /gm)]
    .map(([, expr = '']) => expr.replaceAll('\\|', '|'))
    .filter((expr) => expr.includes('llm_boundary_'));
}

/** A block of the page on shadows has one query a line. */
function inShadow(): readonly string[] {
  const page = readFileSync(`${ROOT}docs/guide/shadow.md`, 'utf8');
  return [...page.matchAll(/^```text\n([^`]*)^```$/gm)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line.includes('llm_boundary_')),
  );
}

/** As rules, which promtool reads from its standard input. */
function rulesOf(queries: readonly string[]): string {
  const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
  return stringify({ groups: [{ name: 'queries', rules }] });
}

/** Promtool reads the queries of the dashboards and of the guides. @returns how many @throws Unexpected with what it says of one that is not valid */
export async function checkQueries(cluster: Cluster): Promise<string> {
  const found = [inDashboards(), inOperate(), inShadow()];
  expect(
    found.every((queries) => queries.length > 0),
    `a source has no queries: ${found.map((queries) => queries.length).join(', ')}`,
  );
  const queries = found.flat();
  const check = (texts: readonly string[]): ReturnType<Cluster['inside']> =>
    cluster.inside(['promtool', 'check', 'rules'], { input: rulesOf(texts) });
  const { status, stdout, stderr } = await check(queries);
  expect(status === 0, `${stdout}${stderr}`.slice(-2000));
  expect((await check([...queries, 'sum by (code'])).status !== 0, 'promtool took a query that has no end');
  return `${queries.length} queries`;
}
