import type { Workload, WorkloadPod } from './api.ts';
import type { Decisions, ExchangeRow } from './api-decisions.ts';
import { rowsOf, windowOf, type TimeSpan } from './exchanges.ts';
import { anchorOf, mergedConditions, rowOf, type FleetFacts, type JudgedPod } from './fleet.ts';
import { observedOf, outcomesOf, usesOf } from './outcomes.ts';
import type { RecentOf } from './recent-answer.ts';
import type { SeenPod } from './source.ts';

/** @param pods all of one workload; answers: of those that were asked */
export function workloadOf(
  pods: readonly JudgedPod[],
  answers: readonly RecentOf[],
  facts: FleetFacts,
  nowMs: number,
): Workload {
  const rows = rowsOf(answers);
  const reports = pods.flatMap(({ conditions }) =>
    conditions?.source === 'sidecar' ? [conditions.report] : [],
  );
  const problems = new Map(answers.map(({ pod, problem }) => [pod.finding.name, problem]));
  return {
    v: 1,
    nowMs,
    row: rowOf(pods, facts, true),
    pods: pods.map((pod): WorkloadPod => ({
      name: pod.finding.name,
      boundary: pod.finding.boundary,
      phase: pod.phase,
      sidecar: pod.finding.sidecar?.split('/').at(-1) ?? null,
      problem: problems.get(pod.finding.name) ?? null,
      anchor: anchorOf(pod, facts.silence),
    })),
    conditions: mergedConditions(pods.map(({ conditions }) => conditions)),
    sinceMs: reports.length === 0 ? null : Math.min(...reports.map(({ sinceMs }) => sinceMs)),
    exchanges: reports.length === 0 ? null : reports.reduce((sum, { exchanges }) => sum + exchanges, 0),
    window: windowOf(answers, rows, pods),
    outcomes: outcomesOf(rows),
    tools: usesOf(rows, ({ tools }) => tools),
    hosts: usesOf(rows, ({ host }) => (host === null ? [] : [host])),
    models: usesOf(rows, ({ model }) => (model === null ? [] : [model])),
    observed: observedOf(answers),
  };
}

/** Which exchanges a list has. */
export interface DecisionFilter extends TimeSpan {
  readonly limit: number;
  /** `changed`: refused or redacted. `observed`: a rule in observe would have changed it. */
  readonly show: 'all' | 'changed' | 'observed';
}

export function isMeant(show: DecisionFilter['show'], row: ExchangeRow): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'changed':
      return row.verdict === 'block' || row.verdict === 'redact';
    case 'observed':
      return row.observed;
    default:
      return show satisfies never;
  }
}

/** The exchanges of the pods that were asked. @param pods all of the workload */
export function decisionsOf(
  pods: readonly SeenPod[],
  answers: readonly RecentOf[],
  filter: DecisionFilter,
  nowMs: number,
): Decisions {
  const window = windowOf(answers, rowsOf(answers), pods);
  const meant = rowsOf(answers, filter).filter((row) => isMeant(filter.show, row));
  return {
    ...{ v: 1, nowMs, window, matching: meant.length },
    exchanges: meant.slice(0, filter.limit),
    problems: answers.flatMap(({ pod, problem }) =>
      problem === null ? [] : [{ pod: pod.finding.name, problem }],
    ),
  };
}
