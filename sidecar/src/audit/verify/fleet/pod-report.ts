import type { Problem } from '../chain-check.ts';
import type { Contradiction, FleetStatements, Pod, Silence } from './fleet-statements.ts';
import type { PodLog } from './pod-log.ts';
import { judgeLog, type FoundEnd, type LogVerdict } from './pod-verdict.ts';
import type { Range } from './range.ts';

/** `unclear`: no fault was found, but completeness cannot be proven. */
type Verdict = 'complete' | 'tampered' | 'missing' | 'unclear';

interface LogReport extends Pick<LogVerdict, 'expected' | 'missing' | 'end'> {
  readonly origin: string;
  readonly verdict: Verdict;
  /** Verifier key that the anchor bound to the pod; null: the anchor does not know the log. */
  readonly key: string | null;
  readonly lines: number;
  readonly records: number;
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** The lead of the pod's clock over the anchor's, in milliseconds. */
  readonly offsetMs: number | null;
}

export interface PodReport {
  /** Null if only the logs themselves name the pod. */
  readonly pod: Pod | null;
  /** Image of the sidecar, with its digest. */
  readonly image: string | null;
  readonly verdict: Verdict;
  readonly logs: readonly LogReport[];
  readonly problems: readonly Problem[];
  readonly doubts: readonly string[];
}

export interface Kept {
  readonly statements: FleetStatements;
  /** By origin. */
  readonly logs: ReadonlyMap<string, PodLog>;
  readonly range: Range;
  readonly lastTime: string | null;
}

const CONTRADICTIONS: Readonly<Record<Contradiction['reason'], string>> = {
  rollback: 'was shorter than an earlier head (rollback)',
  fork: 'had another line at the position of an earlier head (fork)',
  other_key: 'was signed with a key other than its first one',
  other_pod: 'came from a pod other than its first one',
  second_log: 'is a second log in one pod that does not name the first',
  after_seal: 'continued after its seal',
};

/** Every pod in the range that the anchor knows, or that a copy names. */
export function podReports(kept: Kept): readonly PodReport[] {
  const found = foundEnds(kept);
  const byPod = new Map<string, PodReport[]>();
  for (const known of kept.statements.logs.values()) {
    const log = kept.logs.get(known.origin);
    if (log === undefined) continue;
    const verdict = judgeLog(log, known, { ...kept, found: found.get(known.origin) ?? null });
    const one = anchored(log, known.pod, verdict);
    if (one !== null) byPod.set(known.pod.uid, [...(byPod.get(known.pod.uid) ?? []), one]);
  }
  for (const line of kept.statements.contradictions)
    if (kept.range.contains(line.time)) add(byPod, contradicted(line));
  for (const line of kept.statements.silences) {
    const one = silent(line, kept);
    if (one !== null) add(byPod, one);
  }
  for (const log of kept.logs.values()) if (log.known === null) add(byPod, unknown(log, kept, found));
  return [...byPod.values()].map(merged);
}

function add(byPod: Map<string, PodReport[]>, one: PodReport): void {
  const uid = one.pod?.uid ?? one.logs[0]?.origin ?? '';
  byPod.set(uid, [...(byPod.get(uid) ?? []), one]);
}

/** Ends of older logs, from the first lines of later ones. */
function foundEnds({ logs }: Kept): ReadonlyMap<string, FoundEnd> {
  const found = new Map<string, FoundEnd>();
  for (const log of logs.values())
    for (const { origin, size, hash } of log.names)
      if (origin !== null && size !== null)
        found.set(origin, { by: log.check.origin, size, hash, time: log.known?.openedTime ?? null });
  return found;
}

function anchored(log: PodLog, pod: Pod, verdict: LogVerdict): PodReport | null {
  const { check, known } = log;
  const { missing, tampered, doubts, expected } = verdict;
  if (expected === null && tampered.length === 0) return null;
  const problems: Problem[] = tampered.map((one) => ({ kind: 'tampered', ...one }));
  if (missing.length > 0)
    problems.push({
      kind: 'missing',
      where: check.origin,
      text:
        check.firstSeq === null
          ? `every line of this log is missing; expected ${expected?.to ?? 0} lines`
          : `lines are missing: ${missing.map(span).join(', ')}${verdict.pruned ? ' (the record says that files were pruned to make room)' : ''}`,
    });
  return {
    pod,
    image: known?.image ?? null,
    verdict: verdictOf(problems, doubts),
    logs: [logReport(log, verdict, verdictOf(problems, doubts))],
    problems,
    doubts,
  };
}

function logReport(
  { check, known }: PodLog,
  { expected, missing, end }: Pick<LogVerdict, 'expected' | 'missing' | 'end'>,
  verdict: Verdict,
): LogReport {
  const absent = check.holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return {
    origin: check.origin,
    verdict,
    key: known?.key ?? null,
    lines: check.size - absent,
    records: check.records,
    firstTime: check.firstTime,
    lastTime: check.lastTime,
    expected,
    missing,
    end,
    offsetMs: known?.offsetMs ?? null,
  };
}

function contradicted({ log, reason, pod, size, time }: Contradiction): PodReport {
  const text = `${CONTRADICTIONS[reason]}: ${size} lines, at ${time}; the proof is in the fleet log`;
  return {
    pod,
    image: null,
    verdict: 'tampered',
    logs: [],
    problems: [{ kind: 'tampered', where: log, text }],
    doubts: [],
  };
}

/** A pod without any head; one that sent a head later, or ended its log, is judged by that. */
function silent({ pod, reason, time, log }: Silence, { statements, logs, range }: Kept): PodReport | null {
  if (!range.contains(time)) return null;
  const base = { pod, image: null, logs: [] };
  if (reason === 'no_genesis') {
    if ([...statements.logs.values()].some((known) => known.pod.uid === pod.uid)) return null;
    const kept = [...logs.values()].some(({ identity }) => identity?.pod_uid === pod.uid);
    if (kept) return null;
    const text = `the sidecar of ${pod.namespace}/${pod.name} ran, and the anchor never received a head of its record (${time})`;
    return { ...base, verdict: 'missing', problems: [{ kind: 'missing', where: pod.uid, text }], doubts: [] };
  }
  const known = log === null ? undefined : statements.logs.get(log);
  const isEnded = known === undefined || known.sealed || known.followedBy !== null;
  if (reason === 'no_head' || isEnded || logs.get(known.origin)?.check.sealed === true) return null;
  const doubt = `${known.origin}: its pod ended without a seal; lines may have followed the last head`;
  return { ...base, verdict: 'unclear', problems: [], doubts: [doubt] };
}

/** A log unknown to the anchor: its process died before its first head, its pod has no anchor, or it is a forgery. */
function unknown(
  log: PodLog,
  { statements, logs, range }: Kept,
  found: ReadonlyMap<string, FoundEnd>,
): PodReport {
  const { check, identity } = log;
  const { origin } = check;
  const uid = identity?.pod_uid ?? null;
  const problems = [...check.problems];
  const doubts: string[] = [];
  const namedBy = namingLog(check, logs, found);
  // A log that the anchor knows vouches for its whole length.
  if (namedBy !== null) return unanchored(log, { problems, doubts, pod: namedBy.pod, end: 'followed' });
  const known = [...statements.logs.values()].find(({ pod }) => pod.uid === uid);
  if (known === undefined)
    doubts.push(`${origin}: unknown to the anchor, so its key is confirmed only by the log itself`);
  else if (log.names.some(({ origin: named }) => named !== null && statements.logs.has(named)))
    doubts.push(`${origin}: unknown to the anchor; it follows a known log of the same pod`);
  else
    problems.push({
      kind: 'tampered',
      where: origin,
      text: `is a second log of pod ${uid ?? '?'}, for which the anchor knows another log; neither names the other`,
    });
  const isOutside =
    problems.length === 0 && check.firstTime !== null && !range.touches(check.firstTime, check.lastTime);
  return unanchored(log, { problems, doubts: isOutside ? [] : doubts, pod: known?.pod ?? null, end: 'open' });
}

/** The log that the anchor knows and that recorded the present end of this one. */
function namingLog(
  check: PodLog['check'],
  logs: Kept['logs'],
  found: ReadonlyMap<string, FoundEnd>,
): PodLog['known'] {
  const end = found.get(check.origin);
  if (end?.size !== check.size || end.hash !== check.hash) return null;
  return logs.get(end.by)?.known ?? null;
}

function unanchored(
  log: PodLog,
  made: Pick<PodReport, 'problems' | 'doubts' | 'pod'> & { readonly end: LogVerdict['end'] },
): PodReport {
  const { problems, doubts, pod, end } = made;
  const verdict = verdictOf(problems, doubts);
  const logs = [logReport(log, { expected: null, missing: [], end }, verdict)];
  return { pod, image: null, verdict, logs, problems, doubts };
}

function merged(parts: readonly PodReport[]): PodReport {
  const problems = parts.flatMap((part) => part.problems);
  const doubts = parts.flatMap((part) => part.doubts);
  return {
    pod: parts.find(({ pod }) => pod !== null)?.pod ?? null,
    image: parts.find(({ image }) => image !== null)?.image ?? null,
    verdict: verdictOf(problems, doubts),
    logs: parts.flatMap((part) => part.logs),
    problems,
    doubts: [...new Set(doubts)],
  };
}

function verdictOf(problems: readonly Problem[], doubts: readonly string[]): Verdict {
  if (problems.some(({ kind }) => kind === 'tampered')) return 'tampered';
  if (problems.length > 0) return 'missing';
  return doubts.length > 0 ? 'unclear' : 'complete';
}

function span({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? String(from) : `${from}-${to}`;
}
