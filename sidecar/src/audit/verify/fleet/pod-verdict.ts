import type { ChainCheck } from '../chain-check.ts';
import type { AnchoredLog } from './fleet-statements.ts';
import type { PodLog } from './pod-log.ts';
import type { Range } from './range.ts';

/** Absent lines: `seq` of the first and of the last. */
interface Positions {
  readonly from: number;
  readonly to: number;
}

/** Heads are sent every 10 seconds, and a log grows by a line a minute at least. */
const SILENT_MS = 120_000;

/** The end of this log, according to the next one. */
export interface FoundEnd {
  readonly by: string;
  readonly size: number;
  readonly hash: string;
  /** Latest time at which the later log existed, by the anchor's clock; null: the anchor does not know it. */
  readonly time: string | null;
}

export interface LogVerdict {
  /** Lines that must exist: `seq` from `from` to `to`, exclusive. Null: none in the range. */
  readonly expected: { readonly from: number; readonly to: number } | null;
  readonly missing: readonly Positions[];
  /** `sealed`: the process ended it. `followed`: a later log names its last line. `open`: it continued, or that is unknown. */
  readonly end: 'sealed' | 'followed' | 'open';
  readonly tampered: readonly { readonly where: string; readonly text: string }[];
  /** Why completeness cannot be proven. */
  readonly doubts: readonly string[];
  /** Some of the missing lines were pruned, according to the record. */
  readonly pruned: boolean;
}

/**
 * Compares the present lines of a log with those that must exist. `lastTime`: that of the fleet log. `found`: the end according to a later
 * log of the pod.
 */
export function judgeLog(
  log: PodLog,
  known: AnchoredLog,
  {
    range,
    lastTime,
    found,
  }: { readonly range: Range; readonly lastTime: string | null; readonly found: FoundEnd | null },
): LogVerdict {
  const { check } = log;
  const end =
    known.sealed || check.sealed
      ? 'sealed'
      : found !== null || known.followedBy !== null
        ? 'followed'
        : 'open';
  const expected = expectedOf(known, range, found);
  const missing = expected === null ? [] : missingOf(check, expected, range);
  return {
    expected,
    missing,
    end,
    tampered: [...check.problems.filter(({ kind }) => kind === 'tampered'), ...endsOtherwise(check, found)],
    doubts: expected === null ? [] : doubtsOf({ check, known, end, range, lastTime }),
    pruned: missing.length > 0 && log.pruned.length > 0,
  };
}

/** From the last head before the range to the first one after it: every line of the range is between them. */
function expectedOf(known: AnchoredLog, range: Range, found: FoundEnd | null): LogVerdict['expected'] {
  const { heads } = known;
  // A first head is sent seconds after the first line, so a log that was opened later has nothing in the range.
  if (range.isPast(earlier(known.openedTime, SILENT_MS))) return null;
  const { from, to } = range;
  if (found !== null && !range.touches(null, found.time)) return null;
  const before = from === null ? undefined : heads.filter(({ time }) => time <= from).at(-1);
  const behind = to === null ? undefined : heads.find(({ time }) => time >= to);
  // A head is sent once the line with its signature is durable, which follows the covered lines.
  const last = behind?.size ?? Math.max((heads.at(-1)?.size ?? -1) + 1, found?.size ?? 0);
  const first = before === undefined ? 0 : before.size + 1;
  return first >= last ? null : { from: first, to: last };
}

function missingOf(check: ChainCheck, expected: Positions, range: Range): readonly Positions[] {
  const holes =
    check.firstSeq === null
      ? [{ from: 0, to: expected.to - 1, after: null, before: null }]
      : [...check.holes, { from: check.size, to: expected.to - 1, after: check.lastTime, before: null }];
  return holes.flatMap(({ from, to, after, before }) => {
    const positions = { from: Math.max(from, expected.from), to: Math.min(to, expected.to - 1) };
    return positions.from <= positions.to && range.touches(after, before) ? [positions] : [];
  });
}

/** The later log was written after this one had ended; its own first line is vouched for. */
function endsOtherwise(check: ChainCheck, found: FoundEnd | null): LogVerdict['tampered'] {
  if (found === null || check.firstSeq === null || check.size < found.size) return [];
  if (check.size > found.size)
    return [{ where: check.origin, text: `continues after the ${found.size} lines that ${found.by} found` }];
  return check.hash === found.hash
    ? []
    : [{ where: check.origin, text: `does not end with the line that ${found.by} found` }];
}

interface Asked {
  readonly check: ChainCheck;
  readonly known: AnchoredLog;
  readonly end: LogVerdict['end'];
  readonly range: Range;
  readonly lastTime: string | null;
}

function doubtsOf({ check, known, end, range, lastTime }: Asked): readonly string[] {
  const { origin, heads } = known;
  if (end !== 'open') return [];
  const doubts: string[] = [];
  const lastHeadTime = heads.at(-1)?.time ?? known.openedTime;
  const until = range.to ?? lastTime ?? lastHeadTime;
  if (lastHeadTime < earlier(until, SILENT_MS))
    doubts.push(
      `${origin}: its last head reached the anchor at ${lastHeadTime}, without a seal; lines may have followed`,
    );
  if (
    check.unsignedSince !== null &&
    !range.isPast(check.unsignedSince) &&
    check.size > (heads.at(-1)?.size ?? 0)
  )
    doubts.push(
      `${origin}: its lines from ${Math.max(check.signed, heads.at(-1)?.size ?? 0)} on are not signed yet; where the pod still runs, ask again or give a --to before ${check.unsignedSince}`,
    );
  return doubts;
}

function earlier(time: string, ms: number): string {
  return new Date(Date.parse(time) - ms).toISOString();
}
