import type { Verifier } from '../record/note.ts';
import { absences, type Surroundings } from './absent.ts';
import type { SealedReport } from './bodies/sealed-bodies.ts';
import type { ChainCheck, Problem } from './chain-check.ts';
import { plain } from './show.ts';

/** 0: verified. 1: tampered. 3: evidence is missing. 4: intact, but no evidence from outside of the log confirms it. */
type VerifyExit = 0 | 1 | 3 | 4;

interface LogReport {
  readonly origin: string;
  /** Null if the log has none. */
  readonly key: string | null;
  /** `given`: with --key. `chained`: a later log with a known key names this one. `none`: only by the log itself. */
  readonly keyKnownFrom: 'given' | 'chained' | 'none';
  readonly lines: number;
  readonly records: number;
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** Unsigned lines at the end. */
  readonly unsigned: number;
  /** `sealed`: the process ended it. `chained`: a later log names its last line. `open`: nothing shows that no lines followed. */
  readonly end: 'sealed' | 'chained' | 'open';
  readonly tornBytes: number;
}

export interface Report {
  readonly exit: VerifyExit;
  readonly logs: readonly LogReport[];
  readonly problems: readonly Problem[];
  /** Why the exit is 4, and other remarks. */
  readonly remarks: readonly string[];
  /** Null if no line names a sealed body, and none is there. */
  readonly sealed: SealedReport | null;
}

interface Known {
  readonly keys: readonly Verifier[];
  readonly live: boolean;
}

/** The result of the checks of all logs. */
export function judge(checks: readonly ChainCheck[], known: Known, around: Surroundings): Report {
  const trusted = trustedOrigins(checks, known.keys);
  const logs = checks.map((check) => describe(check, trusted, known.keys));
  const problems = checks.flatMap(problemsOf);
  for (const key of known.keys)
    if (!checks.some((check) => check.origin === key.name))
      problems.push({ kind: 'missing', where: key.name, text: 'there is no log for this key' });
  if (checks.length === 0) problems.push({ kind: 'missing', where: 'input', text: 'contains no audit log' });
  const absent = absences(checks, around);
  problems.push(...absent.problems);
  const own = withoutOthers(logs, problems);
  const doubts = [...own.flatMap((log) => doubtsAbout(log, known.live)), ...absent.doubts];
  return {
    exit: exitOf(problems, doubts),
    logs,
    problems,
    remarks: [...doubts, ...logs.flatMap(remarksOn), ...checks.flatMap(jumpsOf), ...absent.remarks],
    sealed: null,
  };
}

/** What is no line of an audit log. */
export const UNREADABLE =
  'is not a line of an audit log: it was changed, or another program wrote into the file';

const OTHER_FILE = 'is not an audit log, or';

/** Of a file without one line of a log: that it is the wrong file is likelier than that every line was changed. */
function problemsOf({ origin, size, problems }: ChainCheck): readonly Problem[] {
  const isOther = size === 0 && problems.length > 0 && problems.every(({ text }) => text === UNREADABLE);
  if (!isOther) return problems;
  return [
    {
      kind: 'tampered',
      where: origin,
      text: `${OTHER_FILE} all of its ${problems.length} lines were changed`,
    },
  ];
}

function isOfOther({ text }: Problem): boolean {
  return text.startsWith(OTHER_FILE);
}

/** Without files that are no logs: there is nothing to say of their keys and seals. */
function withoutOthers(logs: readonly LogReport[], problems: readonly Problem[]): readonly LogReport[] {
  const others = new Set(problems.filter(isOfOther).map(({ where }) => where));
  return logs.filter(({ origin }) => !others.has(origin));
}

function exitOf(problems: readonly Problem[], doubts: readonly string[]): VerifyExit {
  if (problems.some((problem) => problem.kind === 'tampered')) return 1;
  if (problems.length > 0) return 3;
  return doubts.length > 0 ? 4 : 0;
}

/** Logs of the given keys, and the older logs that these vouch for. */
function trustedOrigins(checks: readonly ChainCheck[], keys: readonly Verifier[]): ReadonlySet<string> {
  const trusted = new Set(
    checks
      .filter((check) => keys.some((key) => key.key === check.verifier?.key))
      .map((check) => check.origin),
  );
  for (let before = -1; before !== trusted.size;) {
    before = trusted.size;
    for (const check of checks)
      if ([...check.confirmed.keys()].some((origin) => trusted.has(origin))) trusted.add(check.origin);
  }
  return trusted;
}

function describe(check: ChainCheck, trusted: ReadonlySet<string>, keys: readonly Verifier[]): LogReport {
  const key = check.verifier?.key ?? null;
  const given = keys.some((candidate) => candidate.key === key);
  const chained = [...check.confirmed].some(([by, size]) => trusted.has(by) && size === check.size);
  return {
    origin: check.origin,
    key,
    keyKnownFrom: given ? 'given' : trusted.has(check.origin) ? 'chained' : 'none',
    lines: check.size - (check.firstSeq ?? 0),
    records: check.records,
    firstTime: check.firstTime,
    lastTime: check.lastTime,
    unsigned: check.size - Math.max(check.signed, check.firstSeq ?? 0),
    end: check.sealed && check.tornBytes === 0 ? 'sealed' : chained ? 'chained' : 'open',
    tornBytes: check.tornBytes,
  };
}

function doubtsAbout(log: LogReport, live: boolean): readonly string[] {
  const doubts: string[] = [];
  if (log.keyKnownFrom === 'none')
    doubts.push(
      `${log.origin}: its key is known only from the log itself; pass the key that the sidecar logged at start with --key. Key in the log: ${log.key ?? 'none'}`,
    );
  if (log.end === 'open' && !live)
    doubts.push(
      `${log.origin}: ends after ${log.lines} lines without a seal; nothing shows that no signed lines followed (--live accepts that for a log that is being written)`,
    );
  if (log.end === 'open' && log.unsigned > 0)
    doubts.push(
      `${log.origin}: the last ${log.unsigned} lines are not signed; where the sidecar still runs, try again`,
    );
  return doubts;
}

function remarksOn(log: LogReport): readonly string[] {
  return log.tornBytes === 0
    ? []
    : [`${log.origin}: ${log.tornBytes} bytes after the last line are a write that was cut off`];
}

function jumpsOf({ origin, jumps }: ChainCheck): readonly string[] {
  return jumps.map(
    ({ seq, jump_ms, since }) =>
      `${origin}: at line ${seq} the clock jumped by ${jump_ms} ms since the last ${since}: times before and after are not comparable`,
  );
}

const verdicts: Readonly<Record<VerifyExit, string>> = {
  0: 'verified',
  1: 'TAMPERED',
  3: 'EVIDENCE MISSING',
  4: 'intact, but unanchored',
};

/** For people. Paths and origins come from the logs, which may contain anything, and are printed without control characters. */
export function reportText(report: Report): string {
  const lines = withoutOthers(report.logs, report.problems).map(
    (log) =>
      `${log.origin}: ${log.lines} lines, ${log.records} records, ${log.firstTime ?? '?'} to ${log.lastTime ?? '?'}, key ${log.keyKnownFrom}, end ${log.end}`,
  );
  for (const problem of report.problems) lines.push(`${problem.kind}: ${problem.where}: ${problem.text}`);
  const tampered = report.problems.filter(({ kind }) => kind === 'tampered');
  const areOther = tampered.length > 0 && tampered.every(isOfOther);
  lines.push(...report.remarks, areOther ? 'NOT AN AUDIT LOG' : verdicts[report.exit]);
  return lines.map((line) => plain(line) + '\n').join('');
}
