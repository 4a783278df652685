import { join } from 'node:path';

import type { JsonObject } from '../record/canonical.ts';
import type { Committer } from './committer.ts';
import type { Disk } from './disk.ts';
import { readOpening } from './folder.ts';
import { readEnd } from './predecessor.ts';

/** How often the folder is measured while records are written. */
const POLL_MS = 1_000;

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
  readonly committer: Pick<Committer, 'event' | 'settle'>;
  /** The bytes that the folder holds, whenever they were measured. */
  readonly measured: (bytes: number) => void;
  /** A file could not be read or removed. Tried again at the next measurement. */
  readonly failed: (fault: unknown) => void;
}

/**
 * Keeps a record below the size of its volume, which the file system does not tell: the kubelet evicts a pod whose `emptyDir` holds more
 * than its limit. The oldest file goes first, and only after a line about it is durable and signed, so that `verify` can tell a file that
 * was pruned from one that somebody took.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #closed: string[];
  #measuredMs = -Infinity;
  #pruning: Promise<void> | null = null;
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#closed = [...options.closed];
  }

  /** `file` is complete; the log goes on in another one. */
  closed(file: string): void {
    this.#closed.push(file);
    this.#measuredMs = -Infinity;
    this.poll();
  }

  /** Bytes that the folder may still take. @throws the file system's errors. */
  async room(): Promise<number> {
    return this.#options.limitBytes - (await this.#measure());
  }

  /** Cheap: measures once a second at most, in the background. Never rejects. */
  poll(): void {
    if (performance.now() - this.#measuredMs < POLL_MS) return;
    this.#measuredMs = performance.now();
    this.#pruning ??= this.#prune()
      .catch((fault: unknown) => this.#options.failed(fault))
      .finally(() => {
        this.#pruning = null;
      });
  }

  /** Resolves when nothing is being pruned any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pruning;
  }

  async #prune(): Promise<void> {
    const { limitBytes, pruneBytes, prunes } = this.#options;
    while (!this.#stopped && prunes() && (await this.#measure()) > limitBytes - pruneBytes) {
      const oldest = this.#closed[0];
      if (oldest === undefined) return;
      await this.#remove(oldest);
      this.#closed.shift();
    }
  }

  async #remove(file: string): Promise<void> {
    const { dir, disk, committer } = this.#options;
    committer.event('pruned', await describe(file, join(dir, file)));
    await committer.settle();
    await disk.remove(join(dir, file));
  }

  async #measure(): Promise<number> {
    const bytes = await this.#options.disk.usedBytes(this.#options.dir);
    this.#options.measured(bytes);
    return bytes;
  }
}

/** What a verifier needs to tell that lines up to here were there: the last of them, and its place. */
async function describe(file: string, path: string): Promise<JsonObject> {
  const { origin, seq } = await readOpening(path);
  const { end } = await readEnd(file, path);
  return { file, first: origin === null ? null : seq, hash: end.hash, log: end.origin, size: end.size };
}
