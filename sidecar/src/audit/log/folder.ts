import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { parseCanonical, type Json } from '../record/canonical.ts';
import { MAX_LINE_BYTES } from '../record/line.ts';
import { members } from './predecessor.ts';
import { WrittenPart } from './written-part.ts';

/** An older log, as named at the beginning of a log. */
export interface Named {
  readonly file: string;
  readonly origin: string | null;
  readonly size: number | null;
  readonly hash: string;
}

/** Content of the first lines of a file. */
export interface Opening {
  /** Null if the first line is not one of a log. */
  readonly origin: string | null;
  readonly seq: number;
  readonly names: readonly Named[];
}

/**
 * The record files of `dir`, by name: all that begin with a line of a log, whatever their name, and all `*.jsonl`, even if empty. Only
 * regular files, so that no start blocks. @throws the file system's errors.
 */
export async function logFilesIn(dir: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of (await readdir(dir)).sort()) {
    const path = join(dir, name);
    if (
      !(await stat(path).then(
        (stats) => stats.isFile(),
        () => false,
      ))
    )
      continue;
    if (name.endsWith('.jsonl') || (await readOpening(path)).origin !== null) found.push(name);
  }
  return found;
}

/** Accepts any file, and reads no further than the lines that name other logs. @throws the file system's errors. */
export async function readOpening(path: string): Promise<Opening> {
  let own: string | null = null;
  const names: Named[] = [];
  for await (const text of firstLines(path)) {
    const { kind, origin, seq, prev, previous } = members(parseCanonical(text));
    if (own === null) {
      if (typeof origin !== 'string' || typeof seq !== 'number' || typeof prev !== 'string') break;
      if (kind !== 'genesis') return { origin, seq, names };
      own = origin;
    } else if (kind !== 'found' || origin !== own) break;
    names.push(...namesIn(previous));
  }
  return { origin: own, seq: 0, names };
}

/** An earlier format named one log or none, the current one has a list. */
function namesIn(previous: Json | undefined): readonly Named[] {
  const list = Array.isArray(previous) ? previous : [previous ?? null];
  return list.flatMap((item: Json) => {
    const { file, origin, size, hash } = members(item);
    if (typeof file !== 'string' || typeof hash !== 'string') return [];
    return [
      {
        file,
        hash,
        origin: typeof origin === 'string' ? origin : null,
        size: typeof size === 'number' ? size : null,
      },
    ];
  });
}

/** Complete lines from the first, none above the maximum length. */
async function* firstLines(path: string): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of new WrittenPart(path).chunks()) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield rest.subarray(0, end).toString();
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_LINE_BYTES) return;
  }
}
