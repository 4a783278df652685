import type { AuditUnavailable } from './unavailable.ts';

interface Waiter {
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (fault: AuditUnavailable) => void;
}

/** Lines that become durable together, and who waits for them. Owned by the committer. */
export class Batch {
  /** True where the file ends with this batch and the next one goes to a new file. */
  rotates = false;
  /** The line that signs it, where it is signed. */
  checkpoint: string | null = null;
  /** UTF-16 code units, newlines included: close to bytes, as lines are nearly all ASCII. */
  chars = 0;
  records = 0;
  /** Lines of any kind; records are some of them. */
  lines = 0;
  #text = '';
  #waiters: Waiter[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #waitMs: number;
  readonly #late: () => AuditUnavailable;

  /** After `waitMs` whoever waits is told `late()`; the lines stay and are written all the same. */
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
      // After a stall of the process itself timers come before the disk's answers that lie ready: those are heard first.
      setImmediate(() => this.reject(this.#late()));
    }, this.#waitMs);
    return new Promise((resolve, reject) => {
      this.#waiters.push({ sinceMs: nowMs, resolve, reject });
    });
  }

  /** `waited` is told the wait of each record in milliseconds. */
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
