import type { Problem } from '../verify/chain-check.ts';
import type { FleetReport } from '../verify/fleet/verify-fleet.ts';
import type { Report } from '../verify/report.ts';

/** Problems and doubts of one kind that a report prints; the rest is counted. */
const MAX_PRINTED = 200;

/** How far the record can be believed. */
export interface Verification {
  /** As that of `verify`: 0, 1, 3 or 4. */
  readonly exit: 0 | 1 | 3 | 4;
  readonly verdict: 'complete' | 'tampered' | 'missing' | 'unanchored';
  /** `fleet log`: against what the anchor knew, for the time that is asked for. `own keys`: by its own chain and the keys that were given, all of it. */
  readonly against: 'fleet log' | 'own keys';
  readonly logs: number;
  readonly lines: number;
  /** Of pods, by verdict; null without a fleet log, where no pod can be missed. */
  readonly pods: Readonly<Record<'complete' | 'tampered' | 'missing' | 'unclear', number>> | null;
  readonly tampered: Bounded<Omit<Problem, 'kind'>>;
  readonly missing: Bounded<Omit<Problem, 'kind'>>;
  /** Why it cannot be told, and what else is worth knowing. */
  readonly remarks: Bounded<string>;
}

interface Bounded<Item> {
  readonly items: readonly Item[];
  readonly omitted: number;
}

const VERDICTS = { 0: 'complete', 1: 'tampered', 3: 'missing', 4: 'unanchored' } as const;

export function verifiedAlone(report: Report): Verification {
  const { exit, logs, problems, remarks } = report;
  return {
    ...summed(exit, problems, remarks),
    against: 'own keys',
    logs: logs.length,
    lines: logs.reduce((sum, { lines }) => sum + lines, 0),
    pods: null,
  };
}

export function verifiedAgainstFleet(report: FleetReport): Verification {
  const { exit, pods, problems, doubts, remarks } = report;
  const logs = pods.flatMap((pod) => pod.logs);
  const count = (verdict: (typeof pods)[number]['verdict']): number =>
    pods.filter((pod) => pod.verdict === verdict).length;
  return {
    ...summed(exit, problems, [...doubts, ...remarks]),
    against: 'fleet log',
    logs: logs.length,
    lines: logs.reduce((sum, { lines }) => sum + lines, 0),
    pods: {
      complete: count('complete'),
      tampered: count('tampered'),
      missing: count('missing'),
      unclear: count('unclear'),
    },
  };
}

type Summed = Pick<Verification, 'exit' | 'verdict' | 'tampered' | 'missing' | 'remarks'>;

function summed(
  exit: Verification['exit'],
  problems: readonly Problem[],
  remarks: readonly string[],
): Summed {
  const of = (kind: Problem['kind']): Bounded<Omit<Problem, 'kind'>> =>
    bounded(problems.filter((problem) => problem.kind === kind).map(({ where, text }) => ({ where, text })));
  return {
    exit,
    verdict: VERDICTS[exit],
    tampered: of('tampered'),
    missing: of('missing'),
    remarks: bounded([...new Set(remarks)]),
  };
}

function bounded<Item>(items: readonly Item[]): Bounded<Item> {
  return { items: items.slice(0, MAX_PRINTED), omitted: Math.max(0, items.length - MAX_PRINTED) };
}
