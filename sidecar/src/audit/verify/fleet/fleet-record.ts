import { NOTHING } from '../../record/chain.ts';
import { renamed, type Verifier } from '../../record/note.ts';
import { isFleetLine, namedIn, type Line } from '../../record/schema.ts';
import { ChainCheck, type Problem } from '../chain-check.ts';
import type { NamedLog } from '../collect.ts';
import { keptLines } from '../kept-lines.ts';
import { ReceivedLog } from '../received/received-log.ts';
import { DIFFERS } from '../received/verify-received.ts';
import { UNREADABLE } from '../report.ts';
import { FleetStatements } from './fleet-statements.ts';
import type { Range } from './range.ts';

export interface FleetRecord {
  readonly statements: FleetStatements;
  /** Names of the anchor's own logs. */
  readonly origins: ReadonlySet<string>;
  /** Their verifier keys. */
  readonly keys: readonly string[];
  /** Time of the first and of the last line. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly problems: readonly Problem[];
  readonly doubts: readonly string[];
  readonly remarks: readonly string[];
}

/** One log in a file given as fleet log: the anchor's, or another in the same collector. */
class FleetLogCopy {
  readonly check: ChainCheck;
  readonly lines: ReceivedLog;
  readonly names: NamedLog[] = [];
  readonly statements: Line[] = [];
  speaks = false;

  constructor(origin: string, anchorKey: Verifier | null) {
    const key = anchorKey === null ? null : renamed(anchorKey, origin);
    this.check = new ChainCheck(origin, { anchors: [], gaps: true, key });
    this.lines = new ReceivedLog({
      add: (text, line, where) => {
        this.check.add(text, line, where);
        this.names.push(...namedIn(line));
        if (!isFleetLine(line)) return;
        this.speaks = true;
        this.statements.push(line);
      },
      tampered: (where, text) => this.check.tampered(where, text),
    });
  }
}

/**
 * Checks the anchor's fleet log, and reads its statements. The files may hold other logs too. It must cover the range. @throws the file
 * system's errors.
 */
export async function readFleetRecord(
  paths: readonly string[],
  anchorKey: Verifier | null,
  range: Range,
): Promise<FleetRecord> {
  const copies = new Map<string, FleetLogCopy>();
  const remarks: string[] = [];
  for await (const { received, line } of keptLines(paths, remarks)) {
    const { origin, where } = received;
    const copy = copies.get(origin) ?? new FleetLogCopy(origin, anchorKey);
    copies.set(origin, copy);
    if (line?.origin !== origin) copy.check.tampered(where, UNREADABLE);
    else if (received.differs) copy.check.tampered(where, DIFFERS);
    else copy.lines.add(received.text, line, where);
  }
  for (const { lines } of copies.values()) lines.finish();
  return summed(
    [...copies.values()].filter((copy) => isAnchors(copy, anchorKey)),
    { anchorKey, range, remarks },
  );
}

/** True for a log that makes statements about other logs, or has the anchor's key. Other logs in the same files are ignored. */
function isAnchors({ speaks, check }: FleetLogCopy, anchorKey: Verifier | null): boolean {
  return speaks || (anchorKey !== null && check.signed > 0 && !check.foreignKey);
}

interface Context {
  readonly anchorKey: Verifier | null;
  readonly range: Range;
  readonly remarks: readonly string[];
}

function summed(found: readonly FleetLogCopy[], { anchorKey, range, remarks }: Context): FleetRecord {
  const copies = [...found].sort((a, b) => compare(a.check.firstTime, b.check.firstTime));
  const statements = new FleetStatements();
  for (const { statements: lines } of copies) for (const line of lines) statements.add(line);
  const firstTime = copies[0]?.check.firstTime ?? null;
  const lastTime = copies.map(({ check }) => check.lastTime).reduce(later, null);
  const problems = copies.flatMap((copy) => [
    ...copy.check.problems.filter(({ kind }) => kind === 'tampered'),
    ...holesIn(copy, range),
    ...absentIn(copy, copies, range),
  ]);
  if (copies.length === 0)
    problems.push({ kind: 'missing', where: 'fleet log', text: 'contains no line of an anchor' });
  const end = endOf(copies, lastTime, range);
  if (end !== null && range.to !== null) problems.push({ kind: 'missing', where: 'fleet log', text: end });
  return {
    statements,
    origins: new Set(copies.map(({ check }) => check.origin)),
    keys: copies.flatMap(({ check }) => check.verifier?.key ?? []),
    firstTime,
    lastTime,
    problems: [...problems, ...statements.problems, ...unopened(statements, range)],
    doubts: [
      ...(anchorKey === null && copies.length > 0
        ? [
            'fleet log: its key is known only from the log itself; pass the key that the anchor logs at start with --anchor-key',
          ]
        : []),
      ...(end !== null && range.to === null ? [end] : []),
      ...strangers(copies),
    ],
    remarks,
  };
}

/** Absent lines that may contain statements about the range. */
function holesIn({ check }: FleetLogCopy, range: Range): readonly Problem[] {
  const needed = check.holes.filter(({ after, before }) => range.touches(after, before));
  return needed.map(({ from, to, before }) => ({
    kind: 'missing',
    where: check.origin,
    text:
      from === 0
        ? `the fleet log begins at ${before ?? 'no time'} with line ${to + 1}: give a --from after that, or the earlier lines`
        : `the fleet log lacks its lines ${from} to ${to}`,
  }));
}

/** Older logs of the anchor that this one names and that are absent. */
function absentIn(copy: FleetLogCopy, copies: readonly FleetLogCopy[], range: Range): readonly Problem[] {
  const { check } = copy;
  return copy.names.flatMap((named): Problem[] => {
    if (named.hash === NOTHING || !range.touches(null, check.firstTime)) return [];
    const other = copies.find((one) => one.check.origin === named.origin)?.check;
    const where = named.origin ?? named.file;
    if (other === undefined)
      return [{ kind: 'missing', where, text: `an older fleet log that ${check.origin} names is missing` }];
    if (named.size === null) return [];
    if (other.size < named.size)
      return [
        { kind: 'missing', where, text: `the fleet log lacks its lines ${other.size} to ${named.size - 1}` },
      ];
    return other.size === named.size && other.hash === named.hash
      ? []
      : [{ kind: 'tampered', where, text: `does not end as ${check.origin} found it` }];
  });
}

/** A log of a pod that was opened before the first present line. */
function unopened({ unopened: logs }: FleetStatements, range: Range): readonly Problem[] {
  return [...logs]
    .filter(([, lastHead]) => range.touches(null, lastHead))
    .map(([origin]) => ({
      kind: 'missing',
      where: origin,
      text: 'the fleet log has no line with the pod and key of this log: supply earlier lines of the fleet log',
    }));
}

/** Why the end of the fleet log is unknown; null if it is known. */
function endOf(copies: readonly FleetLogCopy[], lastTime: string | null, range: Range): string | null {
  const last = copies.find(({ check }) => check.lastTime === lastTime)?.check;
  if (last === undefined || range.live) return null;
  if (range.to !== null)
    return lastTime !== null && lastTime >= range.to
      ? null
      : `the fleet log ends at ${lastTime ?? 'no time'}, before --to: later heads are missing`;
  if (last.sealed) return null;
  return `fleet log: ends at ${lastTime ?? 'no time'} without a seal; nothing shows that no lines followed (--to TIME before that, or --live, asks for no more)`;
}

/** An anchor that lost its folder starts a new log; so would an attacker who hides the previous one. */
function strangers(copies: readonly FleetLogCopy[]): readonly string[] {
  return copies
    .slice(1)
    .filter(({ names, check }) => names.length === 0 && check.firstSeq === 0)
    .map(
      ({ check }) =>
        `fleet log: ${check.origin} names no older one, although there is one; heads between them are unknown`,
    );
}

function compare(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;
}

function later(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}
