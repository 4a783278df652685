import { join } from 'node:path';

import type { JsonObject } from '../record/canonical.ts';
import type { Committer } from './committer.ts';
import type { Disk } from './file/disk.ts';
import { readOpening } from './folder.ts';
import { readEnd } from './predecessor.ts';

export interface RetentionOptions {
  readonly dir: string;
  readonly disk: Pick<Disk, 'usedBytes' | 'remove'>;
  /** Size limit of the folder; pruning ends `pruneBytes` below it. */
  readonly limitBytes: number;
  readonly pruneBytes: number;
  /** Complete files, oldest first. */
  readonly closed: readonly string[];
  /** Whether policy allows deleting the oldest files. */
  readonly prunes: () => boolean;
  /** Whether every sink outside of the pod has all lines of a file: it may then be deleted under any policy. */
  readonly delivered: (file: string) => boolean;
  /** What lies in folders of the folder, in bytes. */
  readonly beside?: () => number;
  /** A file was deleted. */
  readonly removed: (file: string) => void;
  readonly committer: Pick<Committer, 'event' | 'settle'>;
  /** Measured size of the folder in bytes. */
  readonly measured: (bytes: number) => void;
  /** A file could not be read or deleted. Retried at the next measurement. */
  readonly failed: (fault: unknown) => void;
}

/**
 * Keeps a record below the size of its volume, which the file system does not report: the kubelet evicts a pod whose `emptyDir` exceeds its
 * limit. Delivered files are deleted first, the oldest of them first; each only after a line about it is durable and signed, so that
 * `verify` can tell a pruned file from a stolen one.
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

  /** `file` is complete; the log continues in another one. */
  closed(file: string): void {
    this.#closed.push(file);
    this.check();
  }

  /** Bytes that the folder may still grow by. @throws the file system's errors. */
  async room(): Promise<number> {
    return this.#options.limitBytes - (await this.#measure());
  }

  /** Cheap: uses the last measurement and prunes in the background. */
  poll(): void {
    if (this.#isNearlyFull && this.#next() !== undefined) this.check();
  }

  /** Measures and prunes in the background. Never rejects. */
  check(): void {
    this.#pruning ??= this.#prune()
      .catch((fault: unknown) => {
        // Suspended until the next measurement.
        this.#usedBytes = 0;
        this.#options.failed(fault);
      })
      .finally(() => {
        this.#pruning = null;
      });
  }

  /** Resolves when no pruning is in progress. */
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

  /** The oldest delivered file; without one, the oldest file if policy allows its deletion. */
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
    const { beside, dir, disk } = this.#options;
    this.#usedBytes = (await disk.usedBytes(dir)) + (beside?.() ?? 0);
    this.#options.measured(this.#usedBytes);
    return this.#usedBytes;
  }
}

/** Proves to a verifier that lines up to here existed: the last of them, and its position. */
async function describe(file: string, path: string): Promise<JsonObject> {
  const { origin, seq } = await readOpening(path);
  const { end } = await readEnd(file, path);
  return { file, first: origin === null ? null : seq, hash: end.hash, log: end.origin, size: end.size };
}
