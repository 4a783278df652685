import type { Conditions } from './conditions.ts';
import type { Measured } from './measured.ts';

type Measure = Measured['conditions'][number];

/** What the sidecars of a workload measured, as if one had seen all of it. */
export interface MergedReport extends Measured {
  /** How many sidecars it is of. */
  readonly sidecars: number;
}

/** The reports of all pods of a workload as one. Null: no sidecar reported. @param all null: not known yet */
export function mergedReport(all: readonly (Conditions | null)[]): MergedReport | null {
  const reports = all.flatMap((each) => (each?.source === 'sidecar' ? [each.report] : []));
  const [first] = reports;
  if (first === undefined) return null;
  const conditions = first.conditions.map(({ condition }) =>
    mergedMeasure(
      reports.flatMap((report) => report.conditions.filter((each) => each.condition === condition)),
      reports.length === all.length,
    ),
  );
  const states = conditions.map(({ state }) => state);
  return {
    ...{ v: 1, enough: first.enough, conditions, sidecars: reports.length },
    verdict: states.includes('broken') ? 'needed' : states.includes('unknown') ? 'unknown' : 'suffices',
    // Every exchange that is counted came after the first of them started.
    sinceMs: least(reports, ({ sinceMs }) => sinceMs),
    nowMs: -least(reports, ({ nowMs }) => -nowMs),
    exchanges: reports.reduce((sum, { exchanges }) => sum + exchanges, 0),
  };
}

function least<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((found, each) => Math.min(found, of(each)), Infinity);
}

/** Broken if it is broken in one pod, met if it is met in each; what it lacks is what the pod lacks that needs most. */
function mergedMeasure(same: readonly Measure[], isWhole: boolean): Measure {
  const isMet = isWhole && same.every(({ state }) => state === 'met');
  const slowest = same.filter(({ state }) => state === 'unknown');
  const known = slowest.length === 0 ? same : slowest;
  return {
    condition: same[0]?.condition ?? 'stateless',
    state: same.some(({ state }) => state === 'broken') ? 'broken' : isMet ? 'met' : 'unknown',
    exchanges: least(known, ({ exchanges }) => exchanges),
    sinceMs: -least(known, ({ sinceMs }) => -sinceMs),
    breaks: timesOf(same.flatMap(({ breaks }) => breaks)),
    blind: timesOf(same.flatMap(({ blind }) => blind)),
  };
}

function timesOf(all: Measure['breaks']): Measure['breaks'] {
  const found = new Map<string, Measure['breaks'][number]>();
  for (const { reason, exchanges, firstMs, lastMs } of all) {
    const known = found.get(reason);
    found.set(reason, {
      reason,
      exchanges: exchanges + (known?.exchanges ?? 0),
      firstMs: Math.min(firstMs, known?.firstMs ?? firstMs),
      lastMs: Math.max(lastMs, known?.lastMs ?? lastMs),
    });
  }
  return [...found.values()];
}
