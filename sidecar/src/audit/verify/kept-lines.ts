import { readEvidence, type EvidenceLine } from './evidence.ts';
import { parseLine, type Line } from '../record/schema.ts';
import { MAX_CUTS } from './log-copy.ts';
import { receivedFiles } from './received/otlp-file.ts';

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
  let cuts: KeptLine[] = [];
  for (const file of await receivedFiles(paths))
    for await (const received of readEvidence(file)) {
      if (received.origin === null) {
        remarks.push(`${received.where}: cannot be read: an interrupted write, or a changed line`);
        continue;
      }
      if (except.has(received.origin)) continue;
      const line = parseLine(received.text);
      cuts = cuts.filter(({ received: cut }) => {
        // The next process printed the line again.
        const isWhole = line !== null && received.text.startsWith(cut.text);
        if (isWhole) remarks.push(`${cut.where}: is an interrupted write`);
        return !isWhole;
      });
      if (line === null && received.cut) remarks.push(`${received.where}: is an interrupted write`);
      else if (line === null && cuts.length < MAX_CUTS) cuts.push({ received, line, file });
      else yield { received, line, file };
    }
  yield* cuts;
}

/** The readable lines; `verify` reports the others. @throws the file system's errors. */
export async function* linesKept(paths: readonly string[]): AsyncGenerator<Line> {
  for await (const { received, line } of keptLines(paths, []))
    if (received.origin === line?.origin) yield line;
}
