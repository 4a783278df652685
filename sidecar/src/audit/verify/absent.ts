import type { ChainCheck, Problem } from './chain-check.ts';
import type { NamedLog } from './collect.ts';

/** A file without a line: its process died before it wrote the first one, or the file was planted. */
export interface Lineless {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  /** Number of bytes after a gap of zeros. */
  readonly beyond: number;
}

/** Findings besides the lines of logs. */
export interface Surroundings {
  /** A whole folder was given, so that every named log should be in it, and every log except the newest should be named. */
  readonly whole: boolean;
  readonly names: readonly { readonly by: string; readonly named: NamedLog }[];
  readonly lineless: readonly Lineless[];
}

export interface Absences {
  readonly problems: readonly Problem[];
  /** Logs that no other log leads to. */
  readonly doubts: readonly string[];
  readonly remarks: readonly string[];
}

/** Missing logs and lines, and logs that no other log names. */
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

/** A log of the record states that the lines up to this one existed, with the hash of the last. */
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

/** All but the newest log of a pod should be named by another; file names do not tell which is the newest. */
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
