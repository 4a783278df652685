import type { AuditUnavailable } from './unavailable.ts';

interface Waiter {
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (fault: AuditUnavailable) => void;
}

/** Lines that become durable together, and their waiters. Owned by the committer. */
export class Batch {
  /** True if the file ends with this batch. */
  rotates = false;
  /** The line that signs it, if any. */
  checkpoint: string | null = null;
  /** UTF-16 code units, newlines included: close to bytes, as lines are nearly all ASCII. */
  chars = 0;
  records = 0;
  /** Lines of any kind, records included. */
  lines = 0;
  #text = '';
  #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #waitMs: number;
  readonly #late: () => AuditUnavailable;

  /** After `waitMs` the waiters get `late()`; the lines are still written. */
  constructor(waitMs: number, late: () => AuditUnavailable) {
    this.#waitMs = waitMs;
    this.#late = late;
  }

  get empty(): boolean {
    return this.chars === 0;
  }

  add(line: string): void {
    this.#text += line + '\n';
    this.chars += line.length + 1;
    this.lines += 1;
  }

  bytes(): Buffer {
    return Buffer.from(this.#text);
  }

  /** Resolves when the batch is durable. `nowMs` is monotonic. */
  wait(nowMs: number): Promise<void> {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      // After a stall of the process, timers run before completed disk writes are reported: give those the first chance.
      setImmediate(() => this.reject(this.#late()));
    }, this.#waitMs);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ sinceMs: nowMs, resolve, reject });
    });
  }

  /** `waited` gets the wait of each record in milliseconds. */
  resolve(nowMs: number, waited: (ms: number) => void): void {
    for (const waiter of this.#take()) {
      waited(nowMs - waiter.sinceMs);
      waiter.resolve();
    }
  }

  reject(fault: AuditUnavailable): void {
    for (const waiter of this.#take()) waiter.reject(fault);
  }

  #take(): readonly Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    return waiters;
  }
}
