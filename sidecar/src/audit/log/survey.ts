import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { logFilesIn, readOpening, type Named, type Opening } from './folder.ts';
import { readEnd, type Predecessor } from './predecessor.ts';

/** A complete file of a log. */
export interface Segment {
  readonly file: string;
  /** Null if it has no line. */
  readonly origin: string | null;
  /** `seq` of its first and of its last line. */
  readonly first: number | null;
  readonly last: number | null;
  /** SHA-256 of its last line; 64 zeros if it has none. */
  readonly hash: string;
  readonly bytes: number;
  /** Bytes of its lines, newlines included. */
  readonly writtenBytes: number;
}

/** Logs of earlier processes in a folder. */
export interface Survey {
  /** Ends of the logs that no other log in the folder names in their present state: every log can be reached from these. */
  readonly unnamed: readonly Predecessor[];
  /** Oldest first: a log comes after those that it names. */
  readonly segments: readonly Segment[];
  /** The latest time in the last lines of the logs: milliseconds since the epoch, or null if there is none. */
  readonly lastTimeMs: number | null;
}

/** An empty folder. */
export const NO_SURVEY: Survey = { unnamed: [], segments: [], lastTimeMs: null };

interface FoundFile {
  readonly opening: Opening;
  readonly end: Predecessor;
  readonly lastTime: string | null;
  readonly writtenBytes: number;
  readonly bytes: number;
}

interface FoundLog {
  readonly files: readonly FoundFile[];
  readonly end: Predecessor;
  readonly names: readonly Named[];
}

/**
 * Reads the beginning and the end of all logs in `dir`. Their order is derived from their lines alone, not from names or clocks, and a
 * planted file hides no log. @throws if the folder or a file cannot be read.
 */
export async function survey(dir: string): Promise<Survey> {
  const files: FoundFile[] = [];
  for (const name of await logFilesIn(dir)) {
    const path = join(dir, name);
    const { size } = await stat(path);
    files.push({ opening: await readOpening(path), ...(await readEnd(name, path)), bytes: size });
  }
  const logs = logsOf(files);
  const { roots, order } = inOrder(logs);
  const times = files.map((file) => Date.parse(file.lastTime ?? '')).filter(Number.isFinite);
  return {
    unnamed: roots.map((log) => log.end),
    segments: order.flatMap((log) => log.files.map(segmentOf)),
    lastTimeMs: times.length === 0 ? null : Math.max(...times),
  };
}

/** A file without a line counts as a log. */
function logsOf(files: readonly FoundFile[]): readonly FoundLog[] {
  const groups = new Map<string | FoundFile, FoundFile[]>();
  for (const file of files) {
    const group = file.opening.origin ?? file;
    groups.set(group, [...(groups.get(group) ?? []), file]);
  }
  return [...groups.values()].flatMap((group) => {
    const parts = [...group].sort((a, b) => a.opening.seq - b.opening.seq);
    const longest = [...parts].sort((a, b) => (a.end.size ?? 0) - (b.end.size ?? 0)).at(-1);
    if (longest === undefined) return [];
    return [{ files: parts, end: longest.end, names: parts.flatMap((part) => part.opening.names) }];
  });
}

/** Only a log that names another in its present state vouches for all of it. */
function isNamedAs(named: Named, { end }: FoundLog): boolean {
  if (named.hash !== end.hash || named.origin !== end.origin || named.size !== end.size) return false;
  return end.origin !== null || named.file === end.file;
}

/** Logs that name each other in a circle, which no honest process writes, have one of them as root. */
function inOrder(logs: readonly FoundLog[]): {
  readonly roots: readonly FoundLog[];
  readonly order: readonly FoundLog[];
} {
  const byHash = new Map<string, FoundLog[]>();
  for (const log of logs) byHash.set(log.end.hash, [...(byHash.get(log.end.hash) ?? []), log]);
  const below = (log: FoundLog): readonly FoundLog[] =>
    log.names.flatMap((named) =>
      (byHash.get(named.hash) ?? []).filter((other) => other !== log && isNamedAs(named, other)),
    );
  const named = new Set(logs.flatMap(below));
  const reached = new Set<FoundLog>();
  const order: FoundLog[] = [];
  const roots: FoundLog[] = [];
  for (const log of [...logs.filter((one) => !named.has(one)), ...logs]) {
    if (reached.has(log)) continue;
    roots.push(log);
    descend(log, below, reached, order);
  }
  return { roots, order };
}

/** Adds the logs that `log` leads to and then `log` itself, without recursion: folders may hold thousands of logs. */
function descend(
  log: FoundLog,
  below: (log: FoundLog) => readonly FoundLog[],
  reached: Set<FoundLog>,
  order: FoundLog[],
): void {
  const path = [{ log, rest: [...below(log)] }];
  reached.add(log);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = step.rest.shift();
    if (next === undefined) {
      order.push(step.log);
      path.pop();
    } else if (!reached.has(next)) {
      reached.add(next);
      path.push({ log: next, rest: [...below(next)] });
    }
  }
}

function segmentOf({ opening, end, bytes, writtenBytes }: FoundFile): Segment {
  return {
    file: end.file,
    origin: end.origin,
    first: opening.origin === null ? null : opening.seq,
    last: end.size === null ? null : end.size - 1,
    hash: end.hash,
    bytes,
    writtenBytes,
  };
}
