import { join } from 'node:path';

import type { JsonObject } from '../record/canonical.ts';
import type { Committer } from './committer.ts';
import type { Disk } from './file/disk.ts';
import { readOpening } from './folder.ts';
import { readEnd } from './predecessor.ts';

export interface RetentionOptions {
  readonly dir: string;
  readonly disk: Pick<Disk, 'usedBytes' | 'remove'>;
  /** The folder may hold this much; the sidecar ends up with `pruneBytes` less where policy lets it prune. */
  readonly limitBytes: number;
  readonly pruneBytes: number;
  /** Files that nothing is written to any more, oldest first. */
  readonly closed: readonly string[];
  /** Whether policy lets the oldest files go. */
  readonly prunes: () => boolean;
  /** Whether every sink outside of the pod has all lines of a file: such a file may go whatever policy says of the others. */
  readonly delivered: (file: string) => boolean;
  /** A file is gone. */
  readonly removed: (file: string) => void;
  readonly committer: Pick<Committer, 'event' | 'settle'>;
  /** The bytes that the folder holds, whenever they were measured. */
  readonly measured: (bytes: number) => void;
  /** A file could not be read or removed. Tried again at the next measurement. */
  readonly failed: (fault: unknown) => void;
}

/**
 * Keeps a record below the size of its volume, which the file system does not tell: the kubelet evicts a pod whose `emptyDir` holds more
 * than its limit. What was delivered goes first, and of that the oldest; but only after a line about it is durable and signed, so that
 * `verify` can tell a file that was pruned from one that was taken.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #closed: string[];
  /** As last measured. */
  #usedBytes = 0;
  #pruning: Promise<void> | null = null;
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#closed = [...options.closed];
  }

  /** `file` is complete; the log goes on in another one. */
  closed(file: string): void {
    this.#closed.push(file);
    this.check();
  }

  /** Bytes that the folder may still take, as it is now. @throws the file system's errors. */
  async room(): Promise<number> {
    return this.#options.limitBytes - (await this.#measure());
  }

  /** Cheap: acts on what was measured last, in the background. */
  poll(): void {
    if (this.#isNearlyFull && this.#next() !== undefined) this.check();
  }

  /** Measures now and removes what must go, in the background. Never rejects. */
  check(): void {
    this.#pruning ??= this.#prune()
      .catch((fault: unknown) => {
        // Not again before the folder was measured anew.
        this.#usedBytes = 0;
        this.#options.failed(fault);
      })
      .finally(() => {
        this.#pruning = null;
      });
  }

  /** Resolves when nothing is being pruned any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pruning;
  }

  get #isNearlyFull(): boolean {
    return this.#usedBytes > this.#options.limitBytes - this.#options.pruneBytes;
  }

  async #prune(): Promise<void> {
    while (!this.#stopped) {
      await this.#measure();
      const next = this.#isNearlyFull ? this.#next() : undefined;
      if (next === undefined) return;
      await this.#remove(next);
      this.#closed.splice(this.#closed.indexOf(next), 1);
      this.#options.removed(next);
    }
  }

  /** The oldest file that was delivered; where none was, the oldest one as far as policy lets it go. */
  #next(): string | undefined {
    const { delivered, prunes } = this.#options;
    return this.#closed.find(delivered) ?? (prunes() ? this.#closed[0] : undefined);
  }

  async #remove(file: string): Promise<void> {
    const { dir, disk, committer } = this.#options;
    committer.event('pruned', await describe(file, join(dir, file)));
    await committer.settle();
    await disk.remove(join(dir, file));
  }

  async #measure(): Promise<number> {
    this.#usedBytes = await this.#options.disk.usedBytes(this.#options.dir);
    this.#options.measured(this.#usedBytes);
    return this.#usedBytes;
  }
}

/** What a verifier needs to tell that lines up to here were there: the last of them, and its place. */
async function describe(file: string, path: string): Promise<JsonObject> {
  const { origin, seq } = await readOpening(path);
  const { end } = await readEnd(file, path);
  return { file, first: origin === null ? null : seq, hash: end.hash, log: end.origin, size: end.size };
}
