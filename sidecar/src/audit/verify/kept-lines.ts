import { parseLine, type Line } from '../record/schema.ts';
import { readEvidence } from './evidence.ts';
import { receivedFiles } from './otlp-file.ts';

/** The lines in copies of any kind, in the order of the files; what cannot be read is left out, and for `verify` to say. @throws the file system's errors. */
export async function* linesKept(paths: readonly string[]): AsyncGenerator<Line> {
  for (const file of await receivedFiles(paths))
    for await (const received of readEvidence(file)) {
      const line = received.origin === null ? null : parseLine(received.text);
      if (line !== null && received.origin === line.origin) yield line;
    }
}
