import type { Decision } from '../../exchange/index.ts';
import type { JsonObject } from '../record/canonical.ts';
import { Batch } from './batch.ts';
import type { Chain } from '../record/chain.ts';
import type { AppendFile } from './file/append-file.ts';
import type { Signer } from '../record/note.ts';
import { AuditUnavailable } from './unavailable.ts';

export interface CommitterLimits {
  /** Limit of records that wait for the disk. */
  readonly queueRecords: number;
  readonly queueChars: number;
  /** Longest wait of one record. */
  readonly waitMs: number;
  /** Records that arrive within this time of the last write wait for another turn of the event loop, if that write held many. */
  readonly gatherMs: number;
  /** Group-commit threshold. Below it no other record is likely to arrive in time, so waiting only adds latency. */
  readonly gatherFrom: number;
  /** Shortest time between two signatures; lines since the last one are signed after this time at the latest. */
  readonly checkpointMs: number;
  /** File size after which the next file begins. */
  readonly fileBytes: number;
  readonly fileMs: number;
}

export interface CommitterOptions {
  readonly chain: Chain;
  readonly signer: Signer;
  readonly limits: CommitterLimits;
  /** Opens the file number `part`, from 0. The previous one is closed afterwards. */
  openFile(part: number): Promise<AppendFile>;
  /** The name that `openFile(part)` will use. */
  fileName(part: number): string;
  /** Called when a batch of `lines` lines is durable, in the file number `part`. */
  written(data: Buffer, lines: number, part: number): void;
  /** Called with the line of a signature when it is durable. */
  signed?(checkpoint: string): void;
  /** Wait of one record, in milliseconds. */
  waited(ms: number): void;
  /** Called once, when the log breaks for good. */
  broke(fault: AuditUnavailable): void;
}

/**
 * The only writer of a log. Lines that arrived while the disk was busy are written with one write and one fdatasync, then their waiters are
 * resolved. Lines get their place in the chain when they arrive, so the file must have the same order: after any fault nothing is written,
 * because a retry could not know the state of the disk (after a failed fsync, the next one may succeed although pages were dropped).
 */
export class Committer {
  readonly #options: CommitterOptions;
  #open: Batch;
  #flying: Batch | null = null;
  #scheduled = false;
  #fault: AuditUnavailable | null = null;
  #file: AppendFile | null = null;
  #part = 0;
  #ending = false;
  #fileBytes = 0;
  #fileOpenedMs = 0;
  #signedSize = 0;
  #signedMs = -Infinity;
  #flushedMs = -Infinity;
  #flushedRecords = 0;
  #checkpointTimer: NodeJS.Timeout | null = null;
  #idle: (() => void)[] = [];

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#open = this.#newBatch();
  }

  /** Null while the log is writable. */
  get fault(): AuditUnavailable | null {
    return this.#fault;
  }

  /** Number of the line that was added last, from 0. */
  get lastSeq(): number {
    return this.#options.chain.head.size - 1;
  }

  /**
   * Adds a decision; resolves when it is durable. @throws AuditUnavailable at once (`broken`, `full`) or as a rejection (`broken`, `slow`).
   * After `slow` the record may still reach the file.
   */
  commit(decision: Decision): Promise<void> {
    this.enqueue(decision);
    return this.#open.wait(performance.now());
  }

  /** Adds a decision without waiting for it. @throws AuditUnavailable `broken` or `full`. */
  enqueue(decision: Decision): void {
    this.#makeRoom();
    this.#open.add(this.#options.chain.decision(decision));
    this.#open.records += 1;
    this.#schedule();
  }

  /** Adds a line about the log itself; resolves when it is durable. Bounded like decisions. @throws as `commit` does */
  commitEvent(kind: string, fields: JsonObject): Promise<void> {
    this.#makeRoom();
    this.event(kind, fields);
    this.#open.records += 1;
    return this.#open.wait(performance.now());
  }

  /** Adds a line about the log itself. Not bounded, since only the sidecar causes them. Returns the line; null if the log is broken. */
  event(kind: string, fields: JsonObject): string | null {
    if (this.#fault !== null) return null;
    const line = this.#options.chain.event(kind, fields);
    this.#open.add(line);
    this.#schedule();
    return line;
  }

  /** Adds the last line and returns it. Only its signature may follow, in the same file. */
  seal(fields: JsonObject): string | null {
    this.#ending = true;
    return this.event('seal', fields);
  }

  /** Resolves when everything added so far is durable and signed. @throws AuditUnavailable if that fails. */
  async settle(): Promise<void> {
    this.#signedMs = -Infinity;
    this.#schedule();
    await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#fault !== null) throw this.#fault;
    if (this.#signedSize !== this.#options.chain.head.size) await this.settle();
  }

  /** Closes the writer; call it after `settle`. */
  async close(): Promise<void> {
    if (this.#checkpointTimer !== null) clearTimeout(this.#checkpointTimer);
    this.#fault ??= new AuditUnavailable('closed');
    await this.#file?.close();
    this.#file = null;
  }

  /**
   * Waits for the end of the tick, so that lines of one tick share one write. Under load, a write soon after the last one waits for another
   * turn: each costs a switch to a thread and one to the disk, whatever its size. A timer would gather no more, and hold up each record for a
   * millisecond or two.
   */
  #schedule(): void {
    if (this.#scheduled || this.#flying !== null) return;
    this.#scheduled = true;
    const flush = (): void => {
      this.#scheduled = false;
      this.#flush();
    };
    const { gatherMs, gatherFrom } = this.#options.limits;
    const close = performance.now() - this.#flushedMs < gatherMs;
    if (close && this.#flushedRecords >= gatherFrom) setImmediate(() => setImmediate(flush));
    else setImmediate(flush);
  }

  #flush(): void {
    if (this.#flying !== null || this.#fault !== null) {
      this.#rest();
      return;
    }
    const batch = this.#open;
    const nowMs = performance.now();
    this.#finish(batch, nowMs);
    if (batch.empty) {
      this.#rest();
      return;
    }
    this.#flying = batch;
    this.#flushedMs = nowMs;
    this.#flushedRecords = batch.records;
    // After any failure from here on, the state of the disk is unknown.
    if (this.#file === null)
      this.#options.openFile(this.#part).then(
        (file) => {
          this.#file = file;
          this.#fileBytes = 0;
          this.#fileOpenedMs = nowMs;
          this.#write(file, batch);
        },
        (cause: unknown) => this.#break(cause),
      );
    else this.#write(this.#file, batch);
  }

  /** The lines that end a batch: the change of files and the signature. */
  #finish(batch: Batch, nowMs: number): void {
    const { chain, signer, limits } = this.#options;
    const full = this.#fileBytes + batch.chars >= limits.fileBytes;
    batch.rotates =
      !batch.empty &&
      !this.#ending &&
      this.#file !== null &&
      (full || nowMs - this.#fileOpenedMs >= limits.fileMs);
    if (batch.rotates) batch.add(chain.event('rotate', { next: this.#options.fileName(this.#part + 1) }));
    const unsigned = chain.head.size > this.#signedSize;
    if (unsigned && (batch.rotates || nowMs - this.#signedMs >= limits.checkpointMs)) {
      batch.checkpoint = chain.checkpoint(signer);
      batch.add(batch.checkpoint);
      this.#signedSize = chain.head.size;
      this.#signedMs = nowMs;
    }
    if (batch.empty) return;
    this.#open = this.#newBatch();
    if (batch.rotates) this.#open.add(chain.event('continue', { key: signer.key, part: this.#part + 1 }));
  }

  #write(file: AppendFile, batch: Batch): void {
    const data = batch.bytes();
    file.append(data, (fault, bytes) => {
      if (fault !== null) this.#break(fault);
      else if (bytes !== data.length) this.#break(new Error(`took ${bytes} of ${data.length} bytes`));
      else
        file.sync((failed) => {
          if (failed === null) this.#durable(batch, data);
          else this.#break(failed);
        });
    });
  }

  /** @throws AuditUnavailable if the queue is full. */
  #makeRoom(): void {
    if (this.#fault !== null) throw this.#fault;
    const { queueRecords, queueChars } = this.#options.limits;
    const flying = this.#flying;
    if (this.#open.records + (flying?.records ?? 0) >= queueRecords) throw new AuditUnavailable('full');
    if (this.#open.chars + (flying?.chars ?? 0) >= queueChars) throw new AuditUnavailable('full');
  }

  #durable(batch: Batch, data: Buffer): void {
    this.#fileBytes += data.length;
    if (batch.checkpoint !== null) this.#options.signed?.(batch.checkpoint);
    batch.resolve(performance.now(), (ms) => this.#options.waited(ms));
    this.#options.written(data, batch.lines, this.#part);
    if (!batch.rotates) {
      this.#next();
      return;
    }
    const finished = this.#file;
    this.#file = null;
    this.#part += 1;
    // Its content is durable, so a fault here loses nothing; but a disk that cannot close a file is unreliable.
    if (finished !== null)
      finished.close().then(
        () => this.#next(),
        (cause: unknown) => this.#break(cause),
      );
  }

  #next(): void {
    this.#flying = null;
    if (this.#open.empty) this.#rest();
    else this.#schedule();
  }

  /** Nothing to write: signs lines whose time has come, and resolves those who wait for it. */
  #rest(): void {
    if (this.#flying !== null) return;
    const { chain, limits } = this.#options;
    if (this.#fault === null && chain.head.size > this.#signedSize && this.#checkpointTimer === null)
      this.#checkpointTimer = setTimeout(() => {
        this.#checkpointTimer = null;
        this.#flush();
      }, limits.checkpointMs);
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  #break(cause: unknown): void {
    const fault = new AuditUnavailable('broken', cause);
    this.#fault = fault;
    const batches = [this.#flying, this.#open];
    this.#flying = null;
    this.#open = this.#newBatch();
    for (const batch of batches) batch?.reject(fault);
    this.#options.broke(fault);
    this.#rest();
  }

  #newBatch(): Batch {
    return new Batch(this.#options.limits.waitMs, () => new AuditUnavailable('slow'));
  }
}
