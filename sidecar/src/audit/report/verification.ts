import type { SealedReport } from '../verify/bodies/sealed-bodies.ts';
import type { Problem } from '../verify/chain-check.ts';
import type { FleetReport } from '../verify/fleet/verify-fleet.ts';
import type { Report } from '../verify/report.ts';

/** Limit of printed problems and doubts of one kind; the rest is counted. */
const MAX_PRINTED = 200;

/** The integrity of the record. */
export interface Verification {
  /** The exit status of `verify`: 0, 1, 3 or 4. */
  readonly exit: 0 | 1 | 3 | 4;
  readonly verdict: 'complete' | 'tampered' | 'missing' | 'unanchored';
  /**
   * `fleet log`: checked against the anchor's statements, for the range. `own keys`: the whole of it, by its own chain and the given keys.
   */
  readonly against: 'fleet log' | 'own keys';
  readonly logs: number;
  readonly lines: number;
  /** Number of pods by verdict; null without a fleet log, where a missing pod cannot be detected. */
  readonly pods: Readonly<Record<'complete' | 'tampered' | 'missing' | 'unclear', number>> | null;
  readonly tampered: Bounded<Omit<Problem, 'kind'>>;
  readonly missing: Bounded<Omit<Problem, 'kind'>>;
  /** Why the result is uncertain, and other remarks. */
  readonly remarks: Bounded<string>;
  /** Numbers of sealed bodies; null if the record names none, and none is there. */
  readonly bodies: Readonly<Record<Exclude<keyof SealedReport, 'absent'>, number>> | null;
}

interface Bounded<Item> {
  readonly items: readonly Item[];
  readonly omitted: number;
}

const VERDICTS = { 0: 'complete', 1: 'tampered', 3: 'missing', 4: 'unanchored' } as const;

export function verifiedAlone(report: Report): Verification {
  const { exit, logs, problems, remarks, sealed } = report;
  return {
    ...summed(exit, problems, remarks, sealed),
    against: 'own keys',
    logs: logs.length,
    lines: logs.reduce((sum, { lines }) => sum + lines, 0),
    pods: null,
  };
}

export function verifiedAgainstFleet(report: FleetReport): Verification {
  const { exit, pods, problems, doubts, remarks, sealed } = report;
  const logs = pods.flatMap((pod) => pod.logs);
  const count = (verdict: (typeof pods)[number]['verdict']): number =>
    pods.filter((pod) => pod.verdict === verdict).length;
  return {
    ...summed(exit, problems, [...doubts, ...remarks], sealed),
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

type Summed = Pick<Verification, 'exit' | 'verdict' | 'tampered' | 'missing' | 'remarks' | 'bodies'>;

function summed(
  exit: Verification['exit'],
  problems: readonly Problem[],
  remarks: readonly string[],
  sealed: SealedReport | null,
): Summed {
  const of = (kind: Problem['kind']): Bounded<Omit<Problem, 'kind'>> =>
    bounded(problems.filter((problem) => problem.kind === kind).map(({ where, text }) => ({ where, text })));
  return {
    exit,
    verdict: VERDICTS[exit],
    tampered: of('tampered'),
    missing: of('missing'),
    remarks: bounded([...new Set(remarks)]),
    bodies: sealed === null ? null : numbersOf(sealed),
  };
}

function numbersOf({ absent: _, ...sealed }: SealedReport): Verification['bodies'] {
  return { ...sealed, changed: sealed.changed.length };
}

function bounded<Item>(items: readonly Item[]): Bounded<Item> {
  return { items: items.slice(0, MAX_PRINTED), omitted: Math.max(0, items.length - MAX_PRINTED) };
}
