import { readdirSync, readFileSync } from 'node:fs';

import { parse } from 'yaml';

const ROOT = new URL('../../../', import.meta.url);
function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

/** In text; `metricsOf` finds those of a query, misspelt ones too. */
const METRIC = /\bllm_boundary_[a-z_]+/g;
/** Of kube-state-metrics, which the reference does not have: labels by which it is asked. */
const FOREIGN = new Map([
  ['kube_deployment_status_replicas_available', { type: 'gauge', labels: ['deployment'] }],
]);
/** Words of PromQL, and of Grafana's variables, that stand where a metric may stand. */
const WORDS = new Set(
  'absent and bool count histogram_quantile increase label_replace label_values max max_over_time min offset or rate sum time topk unless'.split(
    ' ',
  ),
);
/** Labels of the scrape, and those of a bucket. */
const OF_EVERY_SERIES = ['namespace', 'pod', 'instance', 'le'];

/** Labels of each metric, from the generated references. */
const METRICS = new Map(
  ['docs/reference/metrics.md', 'docs/reference/webhook-metrics.md'].flatMap((path) =>
    [...read(path).matchAll(/^\| `(llm_boundary_\w+)` \| (\w+) \| ([^|]*) \|/gm)].map(
      ([, name = '', type = '', labels = '']) =>
        [name, { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label) }] as const,
    ),
  ),
);

/** Each name in a query that must be a metric: what is left without texts, selectors, ranges, groupings and variables. */
function metricsOf(expr: string): readonly string[] {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}|\[[^\]]*\]|\$\w+/g, ' ')
    .replace(/\b(?:by|on|without|ignoring|group_left|group_right) *\([^)]*\)/g, ' ')
    .replace(/^label_values\((.*), \w+\)$/, '$1');
  return [...bare.matchAll(/(?<![\w.:])[A-Za-z_:][\w:]*/g)]
    .map(([name]) => name)
    .filter((name) => !WORDS.has(name));
}

function named(metric: string): { readonly type: string; readonly labels: readonly string[] } | undefined {
  const base = metric.replace(/_(?:bucket|sum|count)$/, '');
  const found = METRICS.get(metric) ?? FOREIGN.get(metric) ?? METRICS.get(base);
  return found !== undefined && base !== metric && found.type !== 'histogram' ? undefined : found;
}

/** What is wrong with the names in a query: metrics that do not exist, and labels that none of its metrics has. */
function faultsOf(expr: string): readonly string[] {
  const metrics = metricsOf(expr);
  const unknown = metrics.filter((name) => named(name) === undefined).map((name) => `no metric ${name}`);
  const all = new Set([...OF_EVERY_SERIES, ...metrics.flatMap((name) => named(name)?.labels ?? [])]);
  const made = [...expr.matchAll(/label_replace\([^"]*(?:"[^"]*"[^"]*)*?, "(\w+)", /g)].map(
    ([, label = '']) => label,
  );
  const grouped = [...expr.matchAll(/\b(?:by|on|without|ignoring) \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  );
  const groups = grouped
    .filter((label) => label !== '' && !all.has(label) && !made.includes(label))
    .map((label) => `no label ${label}`);
  const selected = [...expr.matchAll(/([A-Za-z_:][\w:]*)\{((?:[^"}]|"[^"]*")*)\}/g)].flatMap(
    ([, name = '', selectors = '']) =>
      [...selectors.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)]
        .map(([, label = '']) => label)
        .filter((label) => ![...OF_EVERY_SERIES, ...(named(name)?.labels ?? [])].includes(label))
        .map((label) => `${name} has no label ${label}`),
  );
  return [...unknown, ...groups, ...selected];
}

/** Rules that a query names. */
function rulesIn(expr: string): readonly string[] {
  return [...expr.matchAll(/\brule=~?"([^"]+)"/g)].flatMap(([, text = '']) => text.split('|'));
}

const RULES = [
  ...['docs/reference/refusals.md', 'docs/reference/detectors.md'].flatMap((path) =>
    [...read(path).matchAll(/^\| `([a-z]+\.[\w.-]+)` \|/gm)].map(([, rule = '']) => rule),
  ),
  'caller.not-verified',
];

const ALERTS = (parse(read('charts/llm-boundary/files/rules.yaml')) as Rules).groups.flatMap(
  ({ rules }) => rules,
);
const DASHBOARDS = readdirSync(new URL('charts/llm-boundary/files/dashboards/', ROOT)).map(
  (name) => [name, JSON.parse(read(`charts/llm-boundary/files/dashboards/${name}`)) as Dashboard] as const,
);
const RUNBOOKS = read('docs/guide/runbooks.md');
const SECTIONS = new Map(
  RUNBOOKS.split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
);

it('sees names that do not exist', () => {
  expect(faultsOf('sum by (rules) (rate(llm_boundary_decisions_total{modes="enforce"}[5m]))')).toEqual([
    'no label rules',
    'llm_boundary_decisions_total has no label modes',
  ]);
  expect(faultsOf('llm_boundary_decision_total')).toEqual(['no metric llm_boundary_decision_total']);
  expect(faultsOf('llm_boundary_decisions_total_bucket')).toEqual([
    'no metric llm_boundary_decisions_total_bucket',
  ]);
  expect(
    faultsOf('sum(rate(lm_boundary_decisions_total[5m])) or absent(up{job="a"} offset 5m) > 1e3'),
  ).toEqual(['no metric lm_boundary_decisions_total', 'no metric up', 'up has no label job']);
  expect(faultsOf('label_values(llm_boundary_built_info{namespace=~"$namespace"}, pod)')).toEqual([
    'no metric llm_boundary_built_info',
  ]);
  expect(METRICS.size).toBeGreaterThan(50);
});

describe('alerts', () => {
  it.each(ALERTS)('$alert: names of the reference', ({ expr }) => {
    expect(faultsOf(expr)).toEqual([]);
    for (const rule of rulesIn(expr))
      expect(RULES.filter((known) => new RegExp(`^(?:${rule})$`).test(known))).not.toEqual([]);
  });

  it.each(ALERTS)('$alert: has a section of the runbooks', ({ alert, annotations }) => {
    expect(annotations['runbook_url']).toBe(`docs/guide/runbooks.md#${alert.toLowerCase()}`);
    expect(SECTIONS.has(alert)).toBe(true);
  });

  it('are those that the runbooks have sections for', () => {
    expect([...SECTIONS.keys()].sort()).toEqual(ALERTS.map(({ alert }) => alert).sort());
  });
});

describe('runbooks', () => {
  const commands = read('docs/reference/commands.md');
  const lines = [...RUNBOOKS.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line !== ''),
  );
  const own = lines.filter((line) => line.startsWith('llm-boundary-'));

  it('name metrics that exist', () => {
    expect([...RUNBOOKS.matchAll(METRIC)].filter(([name]) => named(name) === undefined)).toEqual([]);
  });

  it.each(own)('%s', (line) => {
    const words = line.replace(/\s+#.*$/, '').split(/\s+/);
    const name = words.slice(0, words[1] === 'policy' ? 3 : 2).join(' ');
    const [, usage = ''] = commands.split(new RegExp(`^###? ${name}$`, 'm'));
    const section = usage.split(/^##/m)[0] ?? '';
    expect(section).not.toBe('');
    for (const flag of words.filter((word) => word.startsWith('--')))
      expect(section).toMatch(new RegExp(`^  (?:-\\w, )?${flag}\\b`, 'm'));
  });

  it('ask for deployments and Event reasons that there are', () => {
    const chart = ['webhook', 'anchor', 'console']
      .map((name) => read(`charts/llm-boundary/templates/${name}.yaml`))
      .join('');
    const asked = lines.flatMap((line) =>
      [...line.matchAll(/deploy\/(llm-boundary-\w+)/g)].map(([, name = '']) => name),
    );
    expect(asked.filter((name) => !chart.includes(`name: ${name}\n`))).toEqual([]);
    const sources = ['webhook/src/anchor/anchor.ts', 'webhook/src/kube/leader-tasks.ts'].map(read).join('');
    const reasons = lines.flatMap((line) =>
      [...line.matchAll(/reason=(\w+)/g)].map(([, reason = '']) => reason),
    );
    expect(reasons.filter((reason) => !sources.includes(`'${reason}'`))).toEqual([]);
    expect([asked.length, reasons.length].every((count) => count > 3)).toBe(true);
  });
});

describe.each(DASHBOARDS)('dashboard %s', (_name, { panels, templating, uid }) => {
  const queries = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

  it.each(queries)('$title: $expr', ({ expr }) => {
    expect(faultsOf(expr)).toEqual([]);
    for (const rule of rulesIn(expr))
      expect(RULES.filter((known) => new RegExp(`^(?:${rule})$`).test(known))).not.toEqual([]);
  });

  it('has panels with ids of their own, and variables of metrics that exist', () => {
    expect(uid).toMatch(/^llm-boundary/);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    // A text is the type of a data source.
    const asked = templating.list.flatMap(({ query }) => (typeof query === 'string' ? [] : [query.query]));
    expect(asked.flatMap(faultsOf)).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
  });
});
