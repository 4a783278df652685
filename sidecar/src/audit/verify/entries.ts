import { stat } from 'node:fs/promises';

import { logFilesIn } from '../log/folder.ts';
import { parseLine, type Line } from '../record/schema.ts';
import { collect } from './collect.ts';
import { keptLines } from './kept-lines.ts';
import { auditLineIn, Reprints } from './log-copy.ts';
import { readLines, readLogLines } from './read.ts';

export interface Entry {
  /** As in the file. */
  readonly text: string;
  readonly line: Line;
}

/** Sources of lines: files and folders of logs, one copy of a container's log, or files of a collector. */
export interface Source {
  readonly paths: readonly string[];
  readonly fromLog: string | null;
  /** Files of a collector. */
  readonly fromOtlp: readonly string[];
}

/**
 * The lines of logs in order, without unreadable ones. Verifies nothing. A path may be a copy of any kind (`readEvidence`), or a folder of
 * them. @throws the file system's errors.
 */
export async function* entriesIn(source: Source): AsyncGenerator<Entry> {
  if (source.fromLog !== null) yield* logCopyIn(source.fromLog);
  const copies: string[] = [...source.fromOtlp];
  const logs: string[] = [];
  for (const path of source.paths) ((await isFolderOfCopies(path)) ? copies : logs).push(path);
  const { files } = await collect(logs);
  copies.push(...files.filter(({ first }) => first === null).map(({ path }) => path));
  yield* copiesIn(copies);
  for (const file of files) {
    if (file.first === null) continue;
    for await (const { text, complete } of readLines(file.path)) {
      const line = text === null || !complete ? null : parseLine(text);
      if (text !== null && line !== null) yield { text, line };
    }
  }
}

async function* logCopyIn(path: string): AsyncGenerator<Entry> {
  const reprints = new Reprints();
  for await (const raw of readLogLines(path)) {
    const candidate = raw.text === null ? null : auditLineIn(raw.text);
    const line = candidate === null ? null : parseLine(candidate.text);
    if (candidate === null || line === null) continue;
    if (!reprints.isRepeated(candidate.text, line)) yield { text: candidate.text, line };
  }
}

async function isFolderOfCopies(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory() && (await logFilesIn(path)).length === 0;
}

/** The lines of each log together and in its order, each once: held in memory, because files of a collector are unordered. */
async function* copiesIn(paths: readonly string[]): AsyncGenerator<Entry> {
  const logs = new Map<string, Map<number, Entry>>();
  for await (const { received, line } of keptLines(paths, [])) {
    if (line === null || received.origin !== line.origin) continue;
    const log = logs.get(line.origin) ?? new Map<number, Entry>();
    logs.set(line.origin, log.set(line.seq, { text: received.text, line }));
  }
  for (const log of logs.values()) yield* [...log.values()].sort((a, b) => a.line.seq - b.line.seq);
}
