import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { isLogFileName } from '../log/predecessor.ts';
import { parseLine } from '../record/schema.ts';
import type { Line } from '../record/schema.ts';
import { readLines } from './read.ts';

/** A file of a log. */
export interface LogFile {
  readonly path: string;
  /** Null where there is none that can be read. */
  readonly first: Line | null;
}

export interface Collection {
  readonly files: readonly LogFile[];
  /** True where a whole folder was given, so that every log that another one names should be in it. */
  readonly whole: boolean;
}

/**
 * The log files under `paths`, those of one log together and in its order, whatever their names are. In folders, only files that are
 * named like a log are taken. @throws the file system's errors.
 */
export async function collect(paths: readonly string[]): Promise<Collection> {
  const found: string[] = [];
  let whole = false;
  for (const path of paths) {
    if ((await stat(path)).isDirectory()) {
      whole = true;
      const names = (await readdir(path)).filter(isLogFileName).sort();
      found.push(...names.map((name) => join(path, name)));
    } else found.push(path);
  }
  const files: LogFile[] = [];
  for (const path of found) files.push({ path, first: await firstLine(path) });
  return { files: inOrder(files), whole };
}

async function firstLine(path: string): Promise<Line | null> {
  for await (const line of readLines(path)) return line.text === null ? null : parseLine(line.text);
  return null;
}

function inOrder(files: readonly LogFile[]): readonly LogFile[] {
  const origins = [...new Set(files.map((file) => file.first?.origin))];
  return [...files].sort(
    (a, b) =>
      origins.indexOf(a.first?.origin) - origins.indexOf(b.first?.origin) ||
      (a.first?.seq ?? 0) - (b.first?.seq ?? 0),
  );
}
