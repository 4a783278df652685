import type { ChainCheck, Problem } from './chain-check.ts';
import type { NamedLog } from './collect.ts';

/** A file in which there is no line: its process died before the first one was written, or it was planted. */
export interface Lineless {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** How many of them lie behind a gap of zeros. */
  readonly beyond: number;
}

/** What was found beside the lines of logs. */
export interface Surroundings {
  /** A whole folder was given, so that every log that another one names should be in it, and be named but for the newest. */
  readonly whole: boolean;
  readonly names: readonly { readonly by: string; readonly named: NamedLog }[];
  readonly lineless: readonly Lineless[];
}

export interface Absences {
  readonly problems: readonly Problem[];
  /** Logs that nothing leads to. */
  readonly doubts: readonly string[];
  readonly remarks: readonly string[];
}

/** What is not there, and what is there although no log says that it should be. */
export function absences(checks: readonly ChainCheck[], around: Surroundings): Absences {
  const problems: Problem[] = [];
  const remarks: string[] = [];
  const pruned = checks.flatMap((check) => check.pruned);
  for (const check of checks) {
    const late = check.lateStart;
    if (late === null) continue;
    if (isPruned({ origin: check.origin, size: late.size, hash: late.prev }, pruned))
      remarks.push(`${check.origin}: its first ${late.size} lines were pruned, as the record says`);
    else
      problems.push({
        kind: 'missing',
        where: late.where,
        text: `begins with line ${late.size} of its log: earlier lines are missing`,
      });
  }
  if (around.whole)
    for (const { by, named } of around.names)
      if (isThere(named, checks, around.lineless)) continue;
      else if (isPruned(named, pruned)) remarks.push(`${named.file}: was pruned, as the record says`);
      else
        problems.push({
          kind: 'missing',
          where: by,
          text: `names an older log that is missing: ${named.file}`,
        });
  for (const { name, path, beyond } of around.lineless)
    if (beyond > 0 && !around.names.some(({ named }) => named.origin === null && named.file === name))
      problems.push({
        kind: 'missing',
        where: path,
        text: `has ${beyond} bytes after a gap of zeros and no line`,
      });
  for (const { path, bytes } of around.lineless)
    if (bytes > 0) remarks.push(`${path}: ${bytes} bytes are an interrupted write`);
  return { problems, remarks, doubts: around.whole ? unnamed(checks, around) : [] };
}

/** The line of a log of the record says that the lines up to this one were there, and what the last of them was. */
function isPruned(
  end: {
    readonly origin: string | null;
    readonly size: number | null;
    readonly hash: string;
    readonly file?: string;
  },
  pruned: ChainCheck['pruned'],
): boolean {
  return pruned.some(
    ({ log, size, hash, file }) =>
      log === end.origin && size === end.size && hash === end.hash && (log !== null || file === end.file),
  );
}

function isThere(named: NamedLog, checks: readonly ChainCheck[], lineless: readonly Lineless[]): boolean {
  if (named.origin !== null) return checks.some(({ origin }) => origin === named.origin);
  return (
    lineless.some(({ name }) => name === named.file) ||
    checks.some(({ origin }) => origin.endsWith(`/${named.file}`))
  );
}

/** All but the newest log of a pod should be named by another; which one is the newest is not told by names of files. */
function unnamed(checks: readonly ChainCheck[], around: Surroundings): readonly string[] {
  const doubts = around.lineless
    .filter(({ name }) => !around.names.some(({ named }) => named.origin === null && named.file === name))
    .map(
      ({ path }) =>
        `${path}: there is no line in it and no log names it; its process died at its start, or it was planted`,
    );
  const left = checks.filter(
    ({ origin }) => !around.names.some(({ by, named }) => named.origin === origin && by !== origin),
  );
  for (const check of left) {
    const later = left.find(
      (other) => podOf(other) === podOf(check) && (other.firstTime ?? '') > (check.firstTime ?? ''),
    );
    if (later !== undefined)
      doubts.push(
        `${check.origin}: no log names it, although ${later.origin} is newer; it may have been put there`,
      );
  }
  return doubts;
}

function podOf({ origin }: ChainCheck): string {
  return origin.replace(/\/chain\/[^/]*$/, '');
}
