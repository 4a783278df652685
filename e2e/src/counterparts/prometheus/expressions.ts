import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parse } from 'yaml';

const FILES = fileURLToPath(new URL('../../../../charts/llm-boundary/files/', import.meta.url));
/** The alert rules of the chart. */
export const RULES = `${FILES}rules.yaml`;

/** A query of a panel, with Grafana's variables. */
export interface PanelQuery {
  /** Name of the dashboard's file without its suffix, and of the panel. */
  readonly panel: string;
  readonly expr: string;
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly query: string | { readonly query: string } }[] };
}

function dashboards(): readonly (readonly [name: string, Dashboard])[] {
  return readdirSync(`${FILES}dashboards`).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(`${FILES}dashboards/${file}`, 'utf8')) as Dashboard,
  ]);
}

/** All queries of the three dashboards. */
export function panelQueries(): readonly PanelQuery[] {
  return dashboards().flatMap(([name, { panels }]) =>
    panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ panel: `${name}: ${title}`, expr })),
    ),
  );
}

/** The queries behind the variables of the dashboards: `label_values(SELECTOR, LABEL)`, as its two parts. */
export function variableQueries(): readonly { readonly selector: string; readonly label: string }[] {
  return dashboards()
    .flatMap(([, { templating }]) => templating.list)
    .flatMap(({ query }) => {
      const text = typeof query === 'string' ? query : query.query;
      const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(text) ?? [];
      return selector === undefined || label === undefined ? [] : [{ selector, label }];
    });
}

/** Puts values in place of Grafana's variables (`$namespace`), since PromQL has none. */
export function withVariables(expr: string, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

export function alertRules(): readonly { readonly alert: string; readonly expr: string }[] {
  return (parse(readFileSync(RULES, 'utf8')) as Rules).groups.flatMap(({ rules }) => rules);
}

/** The rules with every minute of `for` and of a range as a second, every hour as a minute, a day as 24 minutes; their alerts have the label `clock`. */
export function fasterRules(): string {
  const faster = (text: string): string =>
    text.replace(/(\d+)([mhd])/g, (_, count: string, unit: string) => {
      if (unit === 'd') return `${Number(count) * 24}m`;
      return `${count}${unit === 'h' ? 'm' : 's'}`;
    });
  return readFileSync(RULES, 'utf8')
    .replace(/\[\d+[mhd]\]/g, faster)
    .replace(/offset \d+[mhd]/g, faster)
    .replace(/^ +for: .*$/gm, faster)
    .replaceAll('labels: { ', 'labels: { clock: faster, ');
}

/** Metrics whose panels may stay empty here, each with what would fill them. Every other query must have an answer. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['llm_boundary_anchor_contradictions_total', 'a record that contradicts what the anchor has of it'],
  ['llm_boundary_detector_errors_total', 'a detector that fails'],
  ['llm_boundary_state_requests_total', 'a server of shared state'],
  ['llm_boundary_upstream_retries_total', 'a model server that closes an idle connection at the wrong time'],
  ['llm_boundary_webhook_unprotected_pods', 'the pods of a cluster'],
]);

/** What would have to happen for a query to have an answer here; null: it must have one. */
export function absentFor(expr: string): string | null {
  return [...ABSENT].find(([metric]) => expr.includes(metric))?.[1] ?? null;
}
