import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { MAX_LINE_BYTES } from '../record/line.ts';
import type { Spool, SpoolFile } from '../log/spool.ts';
import type { Cursor } from './cursor.ts';
import { readSpooledLine, type SpooledLine } from './spooled-line.ts';

/** Lines of one file, read from disk, and the position after them. */
export interface Batch {
  readonly lines: readonly SpooledLine[];
  readonly file: SpoolFile;
  readonly endOffset: number;
  /** Position of the line after the last one. */
  readonly next: number;
  /** Number of lines that are not of this log and cannot be sent. */
  readonly unreadable: number;
}

export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
}

interface Place {
  offset: number;
  /** Lines before this position were delivered by an earlier process. */
  next: number;
  /** Number of lines that cannot be sent. */
  unreadable: number;
}

const NEWLINE = 0x0a;

/** The progress of one sink through the files of the record. Reads them from disk, and holds no line longer than its caller does. */
export class Progress {
  readonly #spool: Spool;
  readonly #cursor: Cursor;
  readonly #places = new Map<SpoolFile, Place>();
  #unreadable = 0;
  #prunedLines = 0;
  /** Files before this one are complete. */
  #index = 0;

  constructor(spool: Spool, cursor: Cursor) {
    this.#spool = spool;
    this.#cursor = cursor;
  }

  /** Lines pruned before delivery. */
  get prunedLines(): number {
    return this.#prunedLines;
  }

  get unreadable(): number {
    return this.#unreadable;
  }

  /** Durable and undelivered lines. */
  unsent(): { readonly lines: number; readonly bytes: number } {
    let [lines, bytes] = [0, 0];
    for (const file of this.#spool.files.slice(this.#index)) {
      if (file.removed) continue;
      const place = this.#place(file);
      lines += Math.max(0, file.first + file.lines - place.next - place.unreadable);
      bytes += place.offset === 0 && this.#done(file, place) ? 0 : file.bytes - place.offset;
    }
    return { lines, bytes };
  }

  /** Every line of the file was delivered. */
  delivered(file: string): boolean {
    const found = this.#spool.files.find((one) => one.file === file);
    if (found === undefined) return false;
    const place = this.#place(found);
    return place.unreadable === 0 && this.#done(found, place);
  }

  /** The next lines, at least one; null if there is nothing to send. @throws the file system's errors. */
  async next(limits: BatchLimits): Promise<Batch | null> {
    for (
      let file = this.#spool.files[this.#index];
      file !== undefined;
      file = this.#spool.files[this.#index]
    ) {
      const place = this.#place(file);
      if (file.removed && !this.#done(file, place))
        this.#prunedLines += Math.max(0, file.first + file.lines - place.next);
      else if (!this.#done(file, place)) {
        const batch = await this.#read(file, place, limits);
        if (batch.lines.length > 0) return batch;
        if (batch.endOffset === place.offset) return null;
        this.#move(batch);
        continue;
      } else if (!file.closed) return null;
      this.#index += 1;
    }
    return null;
  }

  /** The sink accepted `batch`. Resolves when that is on disk. */
  async confirm(batch: Batch): Promise<void> {
    this.#move(batch);
    this.#cursor.set(batch.file.origin, batch.next);
    await this.#cursor.save(
      new Set(this.#spool.files.filter((one) => !one.removed).map((one) => one.origin)),
    );
  }

  #move(batch: Batch): void {
    const place = this.#place(batch.file);
    place.offset = batch.endOffset;
    place.next = Math.max(place.next, batch.next);
    place.unreadable += batch.unreadable;
    this.#unreadable += batch.unreadable;
  }

  #done(file: SpoolFile, place: Place): boolean {
    return place.offset >= file.bytes || place.next >= file.first + file.lines;
  }

  #place(file: SpoolFile): Place {
    let place = this.#places.get(file);
    if (place === undefined) {
      place = { offset: 0, next: Math.max(file.first, this.#cursor.at(file.origin)), unreadable: 0 };
      this.#places.set(file, place);
    }
    return place;
  }

  async #read(file: SpoolFile, place: Place, limits: BatchLimits): Promise<Batch> {
    // At least one line, whatever the limit.
    const most = Math.max(limits.bytes, MAX_LINE_BYTES + 1);
    const bytes = await this.#bytes(file, place.offset, Math.min(most, file.bytes - place.offset));
    const lines: SpooledLine[] = [];
    let [from, unreadable, next] = [0, 0, place.next];
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      if (lines.length >= limits.records || (lines.length > 0 && end >= limits.bytes)) break;
      const line = readSpooledLine(bytes.subarray(from, end), file.origin);
      from = end + 1;
      if (line === null) unreadable += 1;
      else if (line.position >= place.next) {
        lines.push(line);
        next = line.position + 1;
      }
    }
    // Longer than any line, so it was not written by the sidecar.
    if (from === 0 && bytes.length === most) [from, unreadable] = [bytes.length, 1];
    return { lines, file, endOffset: place.offset + from, next, unreadable };
  }

  async #bytes(file: SpoolFile, offset: number, length: number): Promise<Buffer> {
    const handle = await open(join(this.#spool.dir, file.file), 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }
}
