import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { SEALED_FOLDER, SEALED_NAME } from '../record/sealer.ts';
import { isDecision, type DecisionLine, type Line } from '../record/schema.ts';

type SealedRef = NonNullable<DecisionLine['bodies']>[number];

/** The sealed bodies that a record names, and what there is of them. An erased body is no fault: its line stays, and says what was there. */
export interface SealedReport {
  readonly named: number;
  /** There, and the bytes that the record names. */
  readonly present: number;
  /** Not there: erased, pruned, or not copied with the log. */
  readonly absent: number;
  /** Files whose bytes are not those that their name and the record say. */
  readonly changed: readonly string[];
  /** Files that no line names: of a decision that could not be recorded, or of a log that is not here. */
  readonly unnamed: number;
}

/** Gathers what lines name, and holds the files against it. */
export class SealedBodies {
  readonly #named = new Set<string>();

  add(line: Line): void {
    if (isDecision(line)) for (const { sha256 } of line.bodies ?? []) this.#named.add(sha256);
  }

  /** Null where no line names any, and no file is there. @throws the file system's errors. */
  async check(logFiles: readonly string[]): Promise<SealedReport | null> {
    let present = 0;
    let unnamed = 0;
    const changed: string[] = [];
    const seen = new Set<string>();
    for (const folder of new Set(logFiles.map((path) => join(dirname(path), SEALED_FOLDER))))
      for (const name of await sealedIn(folder)) {
        const path = join(folder, name);
        const sha256 = name.slice(0, 64);
        if (!this.#named.has(sha256)) unnamed += 1;
        else if ((await digestOf(path)) !== sha256) changed.push(path);
        else if (!seen.has(sha256)) present += 1;
        seen.add(sha256);
      }
    if (this.#named.size === 0 && unnamed === 0) return null;
    return {
      named: this.#named.size,
      present,
      absent: this.#named.size - present - changed.length,
      changed,
      unnamed,
    };
  }
}

/** Where the body of a decision lies beside the files of its log, in the order of the parts; `path` is null where it is not there. */
export async function findSealed(
  refs: readonly SealedRef[],
  paths: readonly string[],
): Promise<readonly (SealedRef & { readonly path: string | null })[]> {
  const folders: string[] = [];
  for (const path of paths)
    folders.push(join((await stat(path)).isDirectory() ? path : dirname(path), SEALED_FOLDER));
  return Promise.all(
    refs.map(async (ref) => {
      for (const folder of folders) {
        const path = join(folder, `${ref.sha256}.age`);
        if (await isFile(path)) return { ...ref, path };
      }
      return { ...ref, path: null };
    }),
  );
}

async function sealedIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => SEALED_NAME.test(name)).sort();
  } catch {
    return [];
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Of the bytes of a file, lower-case hex. @throws the file system's errors. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** For people. */
export function sealedText({ named, present, absent, unnamed }: SealedReport): string {
  const rest = unnamed === 0 ? '' : `, ${unnamed} files that no line names`;
  return `sealed bodies: ${named} named, ${present} present and unchanged, ${absent} erased or not copied${rest}`;
}
