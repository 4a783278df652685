import { isNativeError } from 'node:util/types';

import { Backoff, type BackoffLimits } from './backoff.ts';
import type { ExportOutcome, ExportResult, Exporter } from './exporter.ts';
import type { Batch, BatchLimits, Progress } from './progress.ts';
import type { SpooledLine } from './spooled-line.ts';

export interface ShipperLimits extends BackoffLimits, BatchLimits {
  /** Time during which single lines are collected into a batch. */
  readonly lingerMs: number;
  /** Pause after a batch if less than another full one waits. */
  readonly paceMs: number;
  /** Longest pause between two attempts during shutdown. */
  readonly drainPauseMs: number;
}

export const SHIPPER_LIMITS: ShipperLimits = {
  records: 256,
  bytes: 1024 * 1024,
  lingerMs: 200,
  paceMs: 0,
  firstMs: 500,
  maxMs: 30_000,
  maxAskedMs: 300_000,
  drainPauseMs: 500,
};

/** For standard output, which is no request away. */
export const PRINT_LIMITS: ShipperLimits = {
  ...SHIPPER_LIMITS,
  records: 4_096,
  lingerMs: 50,
  paceMs: 50,
};

export interface ShipperOptions {
  readonly progress: Progress;
  /** Called again after a refusal, because credentials may have been rotated. @throws Error if there are none */
  readonly connect: () => Promise<Pick<Exporter, 'send' | 'close'>>;
  readonly limits: ShipperLimits;
  readonly exported: (result: ExportResult) => void;
  /** Called for the first failure after a success, and for every change of its reason; null: exports succeed again. */
  readonly troubled: (reason: string | null) => void;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  readonly random?: () => number;
}

/** The backlog of a sink. */
export interface Unsent {
  readonly lines: number;
  readonly bytes: number;
  /** Age of the oldest undelivered line; 0 if there is none. */
  readonly ageMs: number;
}

/**
 * Sends the record to one sink, in order, one batch at a time. A batch is complete only when the receiver has acknowledged every record of
 * it; else the same lines are sent again: a receiver may get a line twice and never lacks one that was counted as delivered.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #backoff: Backoff;
  readonly #clock: () => number;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>;
  #exporter: Pick<Exporter, 'send' | 'close'> | null = null;
  #wake: () => void = () => undefined;
  #woken = false;
  #draining = false;
  #stopped = false;
  #records: number;
  #trouble: string | null = null;
  /** Time of the first waiting line, and when it was first seen on a monotonic clock. */
  #oldest: { readonly timeMs: number; readonly seenMs: number } | null = null;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.limits, options.random);
    this.#clock = options.clock ?? Date.now;
    this.#records = options.limits.records;
    this.#running = this.#run();
  }

  /** There is more to send. */
  wake(): void {
    this.#woken = true;
    this.#wake();
  }

  unsent(): Unsent {
    const { lines, bytes } = this.#options.progress.unsent();
    const oldest = this.#oldest;
    if (lines === 0 || oldest === null) return { lines, bytes, ageMs: 0 };
    const ageMs = Math.max(this.#clock() - oldest.timeMs, performance.now() - oldest.seenMs, 0);
    return { lines, bytes, ageMs };
  }

  /** Resolves when everything is delivered, or after `graceMs`. Nothing is sent after that. */
  async drain(graceMs: number): Promise<Unsent> {
    this.#draining = true;
    this.wake();
    const end = setTimeout(() => this.stop(), graceMs);
    await this.#running;
    clearTimeout(end);
    return this.unsent();
  }

  /** Stops at once. */
  stop(): void {
    this.#stopped = true;
    this.#abort.abort();
    this.wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.#woken = false;
      const batch = await this.#next();
      if (batch === 'unreadable') continue;
      if (batch !== null) {
        await this.#deliver(batch);
        await this.#pace();
      } else if (this.#draining) break;
      else {
        await this.#pause(null);
        await this.#linger();
      }
    }
    await this.#exporter?.close();
  }

  async #pace(): Promise<void> {
    const { limits, progress } = this.#options;
    if (limits.paceMs === 0 || this.#draining || progress.unsent().bytes >= limits.bytes) return;
    await this.#pause(limits.paceMs, false);
  }

  async #linger(): Promise<void> {
    if (!this.#draining) await this.#pause(this.#options.limits.lingerMs, false);
  }

  async #next(): Promise<Batch | null | 'unreadable'> {
    try {
      const { limits, progress } = this.#options;
      const batch = await progress.next({ records: this.#records, bytes: limits.bytes });
      if (batch === null) this.#oldest = null;
      return batch;
    } catch (fault) {
      await this.#failed('the record cannot be read', fault);
      return 'unreadable';
    }
  }

  async #deliver(batch: Batch): Promise<void> {
    this.#seen(batch.lines);
    const outcome = await this.#send(batch.lines);
    if (outcome === null) return;
    this.#options.exported(outcome.result);
    if (outcome.result === 'delivered') {
      await this.#confirmed(batch);
      return;
    }
    if (this.#stopped) return;
    this.#troubledBy(
      batch.lines.length === 1
        ? `${outcome.reason} (line ${batch.lines[0]?.position ?? 0} of ${batch.file.origin})`
        : outcome.reason,
    );
    if (outcome.result === 'refused' || outcome.result === 'tls') await this.#disconnect();
    if (outcome.divide && batch.lines.length > 1) {
      this.#records = Math.ceil(batch.lines.length / 2);
      if (outcome.result === 'rejected') return;
    }
    await this.#wait(this.#backoff.failed(outcome.retryAfterMs));
  }

  async #confirmed(batch: Batch): Promise<void> {
    this.#backoff.succeeded();
    this.#records = Math.min(this.#options.limits.records, this.#records * 2);
    this.#troubledBy(null);
    try {
      await this.#options.progress.confirm(batch);
    } catch (fault) {
      // The lines are delivered; if the next process does not know, it sends them again.
      this.#troubledBy(`the cursor cannot be written: ${codeOf(fault)}`);
    }
  }

  /** Null if nothing could be sent; the wait has then passed. */
  async #send(lines: readonly SpooledLine[]): Promise<ExportOutcome | null> {
    try {
      this.#exporter ??= await this.#options.connect();
    } catch (fault) {
      await this.#failed('the credentials cannot be used', fault);
      return null;
    }
    return this.#exporter.send(lines, this.#abort.signal);
  }

  async #disconnect(): Promise<void> {
    const old = this.#exporter;
    this.#exporter = null;
    await old?.close();
  }

  async #failed(what: string, fault: unknown): Promise<void> {
    this.#troubledBy(`${what}: ${isNativeError(fault) ? fault.message : codeOf(fault)}`);
    await this.#wait(this.#backoff.failed(null));
  }

  async #wait(ms: number): Promise<void> {
    const { drainPauseMs } = this.#options.limits;
    await this.#pause(this.#draining ? Math.min(ms, drainPauseMs) : ms, false);
  }

  #seen(lines: readonly SpooledLine[]): void {
    const timeMs = lines.find((line) => line.timeMs !== null)?.timeMs ?? this.#clock();
    if (this.#oldest?.timeMs !== timeMs) this.#oldest = { timeMs, seenMs: performance.now() };
  }

  #troubledBy(reason: string | null): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#options.troubled(reason);
  }

  /** Resolves after `ms` (null: never), at shutdown and, with `byLines`, when there is more to send. */
  async #pause(ms: number | null, byLines = true): Promise<void> {
    const wasDraining = this.#draining;
    await new Promise<void>((resolve) => {
      const timer = ms === null ? null : setTimeout(resolve, ms);
      this.#wake = () => {
        const ends = this.#stopped || this.#draining !== wasDraining || (byLines && this.#woken);
        if (!ends) return;
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
    this.#wake = () => undefined;
  }
}

function codeOf(fault: unknown): string {
  return isNativeError(fault) && 'code' in fault && typeof fault.code === 'string' ? fault.code : 'unknown';
}
