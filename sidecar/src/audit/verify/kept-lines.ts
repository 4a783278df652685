import { readEvidence, type EvidenceLine } from './evidence.ts';
import { parseLine, type Line } from '../record/schema.ts';
import { receivedFiles } from './otlp-file.ts';

export interface KeptLine {
  readonly received: EvidenceLine;
  /** Null if the text is neither a line of an audit log nor an interrupted write. */
  readonly line: Line | null;
  readonly file: string;
}

/**
 * Every line in copies of any kind, except those of the logs in `except`. Unreadable pieces and interrupted writes go into `remarks`.
 * @param paths files and folders @throws the file system's errors.
 */
export async function* keptLines(
  paths: readonly string[],
  remarks: string[],
  except: ReadonlySet<string> = new Set(),
): AsyncGenerator<KeptLine> {
  for (const file of await receivedFiles(paths))
    for await (const received of readEvidence(file)) {
      if (received.origin === null) {
        remarks.push(`${received.where}: cannot be read: an interrupted write, or a changed line`);
        continue;
      }
      if (except.has(received.origin)) continue;
      const line = parseLine(received.text);
      if (line === null && received.cut) remarks.push(`${received.where}: is an interrupted write`);
      else yield { received, line, file };
    }
}

/** The readable lines; `verify` reports the others. @throws the file system's errors. */
export async function* linesKept(paths: readonly string[]): AsyncGenerator<Line> {
  for await (const { received, line } of keptLines(paths, []))
    if (received.origin === line?.origin) yield line;
}
