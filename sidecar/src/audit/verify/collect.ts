import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { logFilesIn } from '../log/folder.ts';
import { namedIn, parseLine, type Line } from '../record/schema.ts';
import { readLines } from './read.ts';

export type NamedLog = ReturnType<typeof namedIn>[number];

/** A file of a log. */
export interface LogFile {
  readonly path: string;
  /** Null if there is none, or it is unreadable. */
  readonly first: Line | null;
  /** The older logs named in its first lines. */
  readonly names: readonly NamedLog[];
}

export interface Collection {
  readonly files: readonly LogFile[];
  /** True if a whole folder was given, so that every named log should be in it. */
  readonly whole: boolean;
}

/**
 * The log files under `paths`, grouped by log and in its order, whatever their names. In folders, only files that are part of a record
 * (`logFilesIn`). @throws the file system's errors.
 */
export async function collect(paths: readonly string[]): Promise<Collection> {
  const found: string[] = [];
  let whole = false;
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) {
      whole = true;
      found.push(...(await logFilesIn(path)).map((name) => join(path, name)));
    } else found.push(path);
  }
  const files: LogFile[] = [];
  for (const path of found) files.push({ path, ...(await opening(path)) });
  return { files: inOrder(files), whole };
}

async function opening(path: string): Promise<Omit<LogFile, 'path'>> {
  let first: Line | null = null;
  const names: NamedLog[] = [];
  for await (const { text, complete } of readLines(path)) {
    const line = text === null || !complete ? null : parseLine(text);
    if (line === null || (first !== null && line.kind !== 'found')) break;
    first ??= line;
    names.push(...namedIn(line));
    if (first.kind !== 'genesis') break;
  }
  return { first, names };
}

function inOrder(files: readonly LogFile[]): readonly LogFile[] {
  const origins = [...new Set(files.map((file) => file.first?.origin))];
  return [...files].sort(
    (a, b) =>
      origins.indexOf(a.first?.origin) - origins.indexOf(b.first?.origin) ||
      (a.first?.seq ?? 0) - (b.first?.seq ?? 0),
  );
}
