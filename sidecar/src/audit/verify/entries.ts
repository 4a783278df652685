import { parseLine, type Line } from '../record/schema.ts';
import { collect } from './collect.ts';
import { auditLineIn, Reprints } from './log-copy.ts';
import { readReceived, receivedFiles } from './received/otlp-file.ts';
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

/** The lines of logs in order, without unreadable ones. Verifies nothing. @throws the file system's errors. */
export async function* entriesIn(source: Source): AsyncGenerator<Entry> {
  if (source.fromLog !== null) {
    const reprints = new Reprints();
    for await (const raw of readLogLines(source.fromLog)) {
      const candidate = raw.text === null ? null : auditLineIn(raw.text);
      const line = candidate === null ? null : parseLine(candidate.text);
      if (candidate === null || line === null) continue;
      if (!reprints.isRepeated(candidate.text, line)) yield { text: candidate.text, line };
    }
  }
  yield* receivedIn(source.fromOtlp);
  const { files } = await collect(source.paths);
  for (const file of files)
    for await (const { text, complete } of readLines(file.path)) {
      const line = text === null || !complete ? null : parseLine(text);
      if (text !== null && line !== null) yield { text, line };
    }
}

/** The lines of each log together and in its order, each once: held in memory, because files of a collector are unordered. */
async function* receivedIn(paths: readonly string[]): AsyncGenerator<Entry> {
  const logs = new Map<string, Map<number, Entry>>();
  for (const path of await receivedFiles(paths))
    for await (const received of readReceived(path)) {
      const line = received.origin === null ? null : parseLine(received.text);
      if (received.origin === null || line === null) continue;
      const log = logs.get(line.origin) ?? new Map<number, Entry>();
      logs.set(line.origin, log.set(line.seq, { text: received.text, line }));
    }
  for (const log of logs.values()) yield* [...log.values()].sort((a, b) => a.line.seq - b.line.seq);
}
