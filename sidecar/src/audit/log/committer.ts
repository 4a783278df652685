import type { Decision } from '../../exchange/index.ts';
import type { JsonObject } from '../record/canonical.ts';
import { Batch } from './batch.ts';
import type { Chain } from '../record/chain.ts';
import type { AppendFile } from './file/append-file.ts';
import type { Signer } from '../record/note.ts';
import { AuditUnavailable } from './unavailable.ts';

export interface CommitterLimits {
  /** Records that wait for the disk. */
  readonly queueRecords: number;
  readonly queueChars: number;
  /** Longest wait of one record. */
  readonly waitMs: number;
  /** Records that come within this time of the last write are gathered for one more tick of the clock, where that write carried many. */
  readonly gatherMs: number;
  /** Group-commit threshold. Below it no other record is likely to arrive in time, so waiting only adds latency. */
  readonly gatherFrom: number;
  /** Shortest time between two signatures; lines that came since the last one are signed after this time at the latest. */
  readonly checkpointMs: number;
  /** A file that grew to this is followed by a new one. */
  readonly fileBytes: number;
  readonly fileMs: number;
}

export interface CommitterOptions {
  readonly chain: Chain;
  readonly signer: Signer;
  readonly limits: CommitterLimits;
  /** The file number `part`, from 0. The one before it is closed after that. */
  openFile(part: number): Promise<AppendFile>;
  /** The name that `openFile(part)` will use. */
  fileName(part: number): string;
  /** After a batch of `lines` lines became durable, in the file number `part`. */
  written(data: Buffer, lines: number, part: number): void;
  /** After a signature became durable: the line that holds it. */
  signed?(checkpoint: string): void;
  /** How long one record waited, in milliseconds. */
  waited(ms: number): void;
  /** Once, when the log breaks for good. */
  broke(fault: AuditUnavailable): void;
}

/**
 * The one writer of a log. Whatever has arrived while the disk was busy goes out as one write and one fdatasync, then the waiters
 * are told. Lines get their place in the chain when they arrive, so what is in memory must reach the file in that order: after any
 * fault nothing is written any more, because a retry could not know what the disk has (an fsync that failed once may report success
 * the next time although pages were dropped).
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

  /** Null while the log can be written. */
  get fault(): AuditUnavailable | null {
    return this.#fault;
  }

  /**
   * Adds a decision; resolves when it is durable.
   * @throws AuditUnavailable at once (`broken`, `full`) or as a rejection (`broken`, `slow`). After `slow` the record may still get
   * into the file.
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

  /** Adds a line about the log itself; resolves when it is durable. Bounded as decisions are. @throws as `commit` does */
  commitEvent(kind: string, fields: JsonObject): Promise<void> {
    this.#makeRoom();
    this.event(kind, fields);
    this.#open.records += 1;
    return this.#open.wait(performance.now());
  }

  /** Adds a line about the log itself. Not bounded, as the sidecar alone decides how many there are. Gives the line back; null where the log is broken. */
  event(kind: string, fields: JsonObject): string | null {
    if (this.#fault !== null) return null;
    const line = this.#options.chain.event(kind, fields);
    this.#open.add(line);
    this.#schedule();
    return line;
  }

  /** Adds the last line, and gives it back. Nothing may be added after it but its signature, so the file does not change any more either. */
  seal(fields: JsonObject): string | null {
    this.#ending = true;
    return this.event('seal', fields);
  }

  /** Resolves when everything added so far is durable and signed. @throws AuditUnavailable where it cannot be. */
  async settle(): Promise<void> {
    this.#signedMs = -Infinity;
    this.#schedule();
    await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#fault !== null) throw this.#fault;
    if (this.#signedSize !== this.#options.chain.head.size) await this.settle();
  }

  /** Ends the writer; call it after `settle`. */
  async close(): Promise<void> {
    if (this.#checkpointTimer !== null) clearTimeout(this.#checkpointTimer);
    this.#fault ??= new AuditUnavailable('closed');
    await this.#file?.close();
    this.#file = null;
  }

  /**
   * The tick is awaited, so that everything that arrives in it shares one write. Under load, a write that would follow the last one closely
   * waits a little longer: each costs a trip to a thread and one to the disk, however little it carries.
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
    if (close && this.#flushedRecords >= gatherFrom) setTimeout(flush, 1);
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
    // Anything that fails from here on leaves the state of the disk unknown.
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

  /** The lines that end a batch: the border to the next file and the signature. */
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

  /** @throws AuditUnavailable where nothing more may wait for the disk. */
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
    // Its content is durable, so a fault here loses nothing; but a disk that cannot close a file is not to be trusted.
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

  /** Nothing to write: sign what is not signed yet when its time has come, and tell those who wait for this. */
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
