import type { Verifier } from '../../record/note.ts';
import { SealedBodies, sealedProblems, sealedRemarks, type SealedReport } from '../bodies/sealed-bodies.ts';
import type { Problem } from '../chain-check.ts';
import { isDecision, type Line } from '../../record/schema.ts';
import { keptLines } from '../kept-lines.ts';
import { plain } from '../show.ts';
import { readFleetRecord, type FleetRecord } from './fleet-record.ts';
import { PodLog } from './pod-log.ts';
import { podReports, type PodReport } from './pod-report.ts';
import { Range } from './range.ts';

/** 0: complete. 1: tampered. 3: evidence is missing. 4: no fault was found, but completeness cannot be proven. */
type FleetExit = 0 | 1 | 3 | 4;

/** The collected logs, compared with the anchor's statements. */
export interface FleetReport {
  readonly v: 1;
  readonly exit: FleetExit;
  readonly verdict: 'complete' | 'tampered' | 'missing' | 'unanchored';
  readonly range: { readonly from: string | null; readonly to: string | null };
  readonly fleetLog: Pick<FleetRecord, 'keys' | 'firstTime' | 'lastTime'> & {
    readonly logs: readonly string[];
  };
  readonly pods: readonly PodReport[];
  /** Problems of the fleet log and of all pods. */
  readonly problems: readonly Problem[];
  /** Why the exit is 4. */
  readonly doubts: readonly string[];
  /** Other remarks. */
  readonly remarks: readonly string[];
  /** Bodies that lines in the range name; null if there are none, and no files of any. */
  readonly sealed: SealedReport | null;
}

export interface FleetOptions {
  /** Files and folders with the anchor's fleet log, possibly among other files. */
  readonly fleetLog: readonly string[];
  /** The key that the anchor logs at startup; null: that of the fleet log is used, with a remark. */
  readonly anchorKey: Verifier | null;
  /** RFC 3339 in UTC with milliseconds. */
  readonly from: string | null;
  readonly to: string | null;
  /** The fleet log is still being written. */
  readonly live: boolean;
}

/**
 * Checks the records of all pods, in copies of any kind, against the anchor's fleet log: the lines that must exist, and their pods. The
 * keys come from it. @throws the file system's errors.
 */
export async function verifyFleet(paths: readonly string[], options: FleetOptions): Promise<FleetReport> {
  const range = new Range(options.from, options.to, options.live);
  return verifyKept(paths, await readFleetRecord(options.fleetLog, options.anchorKey, range), range);
}

/** The same, with a fleet log already read. @throws the file system's errors. */
export async function verifyKept(
  paths: readonly string[],
  fleet: FleetRecord,
  range: Range,
): Promise<FleetReport> {
  const bodies = new SealedBodies();
  const { logs, remarks } = await readPodLogs(paths, fleet, (line) => {
    bodies.add(line, isDecision(line) && range.contains(line.time));
  });
  const sealed = await bodies.check(paths);
  const pods = podReports({ statements: fleet.statements, logs, range, lastTime: fleet.lastTime });
  const problems = [...fleet.problems, ...pods.flatMap((pod) => pod.problems), ...sealedProblems(sealed)];
  const doubts = [...fleet.doubts, ...pods.flatMap((pod) => pod.doubts)];
  const exit = exitOf(problems, doubts);
  return {
    v: 1,
    exit,
    verdict: VERDICTS[exit],
    range: { from: range.from, to: range.to },
    fleetLog: {
      logs: [...fleet.origins],
      keys: fleet.keys,
      firstTime: fleet.firstTime,
      lastTime: fleet.lastTime,
    },
    pods,
    problems,
    doubts,
    remarks: [...fleet.remarks, ...remarks, ...sealedRemarks(sealed)],
    sealed,
  };
}

interface PodLogs {
  readonly logs: ReadonlyMap<string, PodLog>;
  readonly remarks: readonly string[];
}

async function readPodLogs(
  paths: readonly string[],
  fleet: FleetRecord,
  seen: (line: Line) => void,
): Promise<PodLogs> {
  const logs = new Map<string, PodLog>();
  for (const known of fleet.statements.logs.values()) logs.set(known.origin, new PodLog(known.origin, known));
  const remarks: string[] = [];
  for await (const { received, line, file } of keptLines(paths, remarks, fleet.origins)) {
    const { origin } = received;
    const log = logs.get(origin) ?? new PodLog(origin, null);
    logs.set(origin, log);
    log.add(received, line, file);
    if (line?.origin === origin && !received.differs) seen(line);
  }
  for (const log of logs.values()) log.finish();
  return { logs, remarks };
}

function exitOf(problems: readonly Problem[], doubts: readonly string[]): FleetExit {
  if (problems.some(({ kind }) => kind === 'tampered')) return 1;
  if (problems.length > 0) return 3;
  return doubts.length > 0 ? 4 : 0;
}

const VERDICTS = { 0: 'complete', 1: 'tampered', 3: 'missing', 4: 'unanchored' } as const;

const SENTENCES: Readonly<Record<FleetExit, string>> = {
  0: 'complete',
  1: 'TAMPERED',
  3: 'EVIDENCE MISSING',
  4: 'nothing found, but not everything can be proven',
};

/** For people, without control characters: names and paths come from the copies, which may contain anything. */
export function fleetReportText(report: FleetReport): string {
  const { fleetLog, range, pods } = report;
  const lines = [
    `fleet log: ${fleetLog.logs.length} logs, ${fleetLog.firstTime ?? '?'} to ${fleetLog.lastTime ?? '?'}`,
    `asked: ${range.from ?? 'the beginning'} to ${range.to ?? 'the end'}`,
    ...pods.flatMap(podLines),
    ...report.problems.map(({ kind, where, text }) => `${kind}: ${where}: ${text}`),
    ...report.doubts,
    ...report.remarks,
    countsOf(pods),
    SENTENCES[report.exit],
  ];
  return lines.map((line) => `${plain(line)}\n`).join('');
}

function podLines({ pod, verdict, logs }: PodReport): readonly string[] {
  const name =
    pod === null ? 'a pod that the anchor does not know' : `${pod.namespace}/${pod.name} (${pod.uid})`;
  return [
    `${name}: ${verdict}`,
    ...logs.map(
      ({ origin, lines, records, firstTime, lastTime, end }) =>
        `  ${origin}: ${lines} lines, ${records} records, ${firstTime ?? '?'} to ${lastTime ?? '?'}, end ${end}`,
    ),
  ];
}

function countsOf(pods: readonly PodReport[]): string {
  const count = (verdict: PodReport['verdict']): number =>
    pods.filter((pod) => pod.verdict === verdict).length;
  return `${pods.length} pods: ${count('complete')} complete, ${count('tampered')} tampered, ${count('missing')} with missing lines, ${count('unclear')} unclear`;
}
