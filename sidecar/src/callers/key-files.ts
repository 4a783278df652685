import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ApiKeys } from './api-key.ts';

/** A state of a file is used without another look for so long. */
const FRESH_MS = 1000;
const MAX_BYTES = 4 << 20;

interface Read {
  /** Differs between two states of the file. */
  readonly stamp: string;
  /** Null: none of its keys is accepted. */
  readonly keys: ApiKeys | null;
  lookedMs: number;
}

export interface KeyFilesOptions {
  /** The folder of secrets; null where the sidecar has none. */
  readonly dir: string | null;
  /** A file that cannot be used, once for each state of it, for the log. */
  readonly onFault: (file: string, reason: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The files of `callers.apiKeys`, as the kubelet renews them: what a file says now holds, and while it says nothing valid nothing does. */
export class KeyFiles {
  readonly #options: KeyFilesOptions;
  readonly #read = new Map<string, Read>();
  readonly #running = new Map<string, Promise<Read>>();

  constructor(options: KeyFilesOptions) {
    this.#options = options;
  }

  /** Null: it is missing or invalid. Never rejects. `file`: of a policy, so a name without a path. */
  async at(file: string): Promise<ApiKeys | null> {
    const known = this.#read.get(file);
    if (known !== undefined && Math.abs(this.#options.now() - known.lookedMs) < FRESH_MS) return known.keys;
    const running = this.#running.get(file) ?? this.#look(file, known);
    this.#running.set(file, running);
    return (await running).keys;
  }

  async #look(file: string, known: Read | undefined): Promise<Read> {
    const lookedMs = this.#options.now();
    const found = await this.#load(file, known);
    if (found !== known) this.#read.set(file, found);
    found.lookedMs = lookedMs;
    this.#running.delete(file);
    return found;
  }

  async #load(file: string, known: Read | undefined): Promise<Read> {
    const { dir, onFault } = this.#options;
    const broken = (stamp: string, reason: string): Read => {
      if (stamp === known?.stamp) return known;
      onFault(file, reason);
      return { stamp, keys: null, lookedMs: 0 };
    };
    if (dir === null) return broken('none', 'the sidecar has no folder of secrets (--secrets)');
    const path = join(dir, file);
    try {
      const { ino, size, mtimeMs } = await stat(path);
      const stamp = `${ino} ${size} ${mtimeMs}`;
      if (stamp === known?.stamp) return known;
      if (size > MAX_BYTES) return broken(stamp, `larger than ${MAX_BYTES} bytes`);
      try {
        return { stamp, keys: new ApiKeys(file, await readFile(path, 'utf8')), lookedMs: 0 };
      } catch (error) {
        return broken(stamp, reasonOf(error));
      }
    } catch (error) {
      return broken('unreadable', reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
