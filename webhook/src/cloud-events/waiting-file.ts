import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';

import { z } from 'zod';

import { TYPES, type EventType, type Happening } from './cloud-event.ts';

/** An event that is not delivered yet. */
export interface Waiting {
  happening: Happening;
  /** The same in every attempt, also after a restart. */
  readonly id: string;
  /** Unix time in milliseconds. */
  readonly sinceMs: number;
}

const pod = z.strictObject({ namespace: z.string(), name: z.string(), uid: z.string() });
const waiting: z.ZodType<Waiting> = z.strictObject({
  happening: z.strictObject({
    type: z.enum(Object.keys(TYPES) as EventType[]),
    pod,
    data: z.record(z.string(), z.union([z.string(), z.number()])),
    timeMs: z.number(),
  }),
  id: z.uuid(),
  sinceMs: z.number(),
});

export interface WaitingFileOptions {
  readonly path: string;
  readonly warn: (text: string) => void;
  /** Between two writes. Default: a second. */
  readonly pause?: () => Promise<void>;
}

const GAP_MS = 1_000;

/**
 * The waiting events in a file, for the next process. Replaced by a rename, soon after each change; what a killed process changed in its last
 * second is not in it, so that an event can be lost or arrive twice. A file that cannot be written is a warning.
 */
export class WaitingFile {
  readonly #options: WaitingFileOptions;
  #latest: (() => Iterable<Waiting>) | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isRunning = false;
  #closed = false;
  #trouble = '';

  constructor(options: WaitingFileOptions) {
    this.#options = options;
  }

  /** What the process before left, the oldest first; entries that cannot be read are left out. Never rejects. */
  async read(): Promise<readonly Waiting[]> {
    try {
      const list: unknown = JSON.parse(await readFile(this.#options.path, 'utf8'));
      return z
        .array(z.unknown())
        .parse(list)
        .flatMap((entry) => waiting.safeParse(entry).data ?? []);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#options.warn('the CloudEvents that waited cannot be read: lost');
      return [];
    }
  }

  /** Writes what `latest` gives at that time. Returns at once; never throws. */
  changed(latest: () => Iterable<Waiting>): void {
    this.#latest = latest;
    if (!this.#isRunning && !this.#closed) void this.#run();
  }

  /** Writes what has changed. Never rejects. @returns whether the file has all of it */
  async close(): Promise<boolean> {
    this.#closed = true;
    await this.#write();
    return this.#trouble === '';
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#latest !== null && !this.#closed) {
      await this.#write();
      await (this.#options.pause ?? pause)();
    }
    this.#isRunning = false;
  }

  /** Never rejects. */
  #write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#writeNow());
    return this.#writing;
  }

  async #writeNow(): Promise<void> {
    const latest = this.#latest;
    if (latest === null) return;
    this.#latest = null;
    const { path } = this.#options;
    try {
      await writeFile(`${path}.new`, `${JSON.stringify([...latest()])}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
      this.#trouble = '';
    } catch (error) {
      // Tried again after the pause.
      this.#latest ??= latest;
      await rm(`${path}.new`, { force: true }).catch(() => undefined);
      const trouble = codeOf(error);
      if (trouble !== this.#trouble)
        this.#options.warn(`waiting CloudEvents are not stored (${trouble}): a restart loses them`);
      this.#trouble = trouble;
    }
  }
}

function pause(): Promise<void> {
  return sleep(GAP_MS, undefined, { ref: false });
}

function codeOf(error: unknown): string {
  return isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
