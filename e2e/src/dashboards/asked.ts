import { z } from 'zod';

import { absentFor, withVariables } from '../counterparts/prometheus/expressions.ts';

const target = z.object({
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string().default(''),
  instant: z.boolean().default(false),
});
/** A dashboard as far as its queries are concerned; the page reads the rest. */
export const dashboardShape = z.looseObject({
  uid: z.string(),
  title: z.string(),
  panels: z.array(z.looseObject({ id: z.number(), title: z.string(), targets: z.array(target).default([]) })),
});
export type Dashboard = z.infer<typeof dashboardShape>;

const series = z.object({
  metric: z.record(z.string(), z.string()),
  values: z.array(z.tuple([z.number(), z.string()])).optional(),
  value: z.tuple([z.number(), z.string()]).optional(),
});
const answer = z.object({ status: z.literal('success'), data: z.object({ result: z.array(series) }) });

/** What a target was answered. */
export interface Answered {
  readonly refId: string;
  readonly legendFormat: string;
  readonly result: readonly z.infer<typeof series>[];
}

/** A range of time as Grafana asks for it, in seconds since 1970. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** Grafana's default for a Prometheus server whose interval of scrapes it is not told: 15 s, of which a rate takes four. */
export const STEP_SECONDS = 15;

/** Grafana's variables as it fills them in where all namespaces and pods are chosen. */
function variables({ from, to, step }: Range): Readonly<Record<string, string>> {
  return {
    $namespace: '.*',
    $pod: '.*',
    $__rate_interval: `${4 * step}s`,
    $__range: `${to - from}s`,
  };
}

/** Asks every query of a dashboard. @returns the answers by panel, and the panels without any, each with the reason, null where there is none */
export async function askAll(
  origin: string,
  { panels }: Dashboard,
  range: Range,
): Promise<{
  readonly answers: Readonly<Record<number, readonly Answered[]>>;
  readonly empty: readonly { readonly title: string; readonly reason: string | null }[];
}> {
  const answers: Record<number, readonly Answered[]> = {};
  const empty: { title: string; reason: string | null }[] = [];
  for (const { id, title, targets } of panels) {
    if (targets.length === 0) continue;
    const all: Answered[] = [];
    for (const { refId, expr, legendFormat, instant } of targets)
      all.push({
        refId,
        legendFormat,
        result: await ask(origin, withVariables(expr, variables(range)), instant, range),
      });
    answers[id] = all;
    if (all.every(({ result }) => result.length === 0))
      empty.push({ title, reason: absentFor(targets.map(({ expr }) => expr).join(' ')) });
  }
  return { answers, empty };
}

async function ask(
  origin: string,
  query: string,
  instant: boolean,
  { from, to, step }: Range,
): Promise<Answered['result']> {
  const times = instant ? { time: `${to}` } : { start: `${from}`, end: `${to}`, step: `${step}` };
  const path = instant ? 'query' : 'query_range';
  const response = await fetch(
    `${origin}/api/v1/${path}?${new URLSearchParams({ query, ...times }).toString()}`,
  );
  return answer.parse(await response.json()).data.result;
}
