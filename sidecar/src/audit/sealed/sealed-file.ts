import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { SealedBody } from '../../exchange/index.ts';
import { AuditUnavailable } from '../log/unavailable.ts';
import type { OpenSeal, SealTerms } from '../record/sealer.ts';

/** A file that is not finished. */
export const PART_SUFFIX = '.part';

export interface SealedFileOptions {
  readonly part: SealedBody['part'];
  readonly terms: SealTerms;
  readonly folder: string;
  readonly drained: () => void;
  /** Takes room for so many bytes more. @throws AuditUnavailable */
  readonly reserve: (bytes: number) => Promise<void>;
  /** The file is complete and durable: gives it its name. */
  readonly keep: (from: string, name: string) => Promise<void>;
  /** Whatever became of it, it is over; `reserved` is all that was taken for it. */
  readonly settled: (reserved: number) => void;
}

/** One chunk of age is encrypted in a turn of the event loop, so that other exchanges go on between. */
const CHUNK_BYTES = 64 * 1024;
/** More than this waits only where it was there anyway. */
const WAITING_BYTES = 4 * CHUNK_BYTES;
/** Of common file systems. */
const BLOCK_BYTES = 4_096;
/** As long as a record may wait for its disk. */
const FINISH_MS = 5_000;

/** Encrypts a body and writes it to a file as it comes. */
export class SealedFile implements OpenSeal {
  readonly #options: SealedFileOptions;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Of the body, as far as it is kept. */
  #bytes = 0;
  #isCut = false;
  /** Of its folder. */
  #reserved = 0;
  #hasEnded = false;
  #isAbandoned = false;
  #wake: () => void = () => undefined;
  /** From the first byte on. */
  #written: Promise<string | null> | null = null;

  constructor(options: SealedFileOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#waitingBytes >= WAITING_BYTES;
  }

  write(bytes: Uint8Array): void {
    if (this.#hasEnded || bytes.length === 0) return;
    const room = this.#options.terms.bodyBytes - this.#bytes;
    if (bytes.length > room) this.#isCut = true;
    const kept = bytes.subarray(0, room);
    if (kept.length === 0) return;
    this.#bytes += kept.length;
    this.#waiting.push(kept);
    this.#waitingBytes += kept.length;
    if (this.#written === null) {
      this.#written = this.#run();
      // Met at the end.
      this.#written.catch(() => undefined);
    }
    this.#wake();
  }

  async finish(): Promise<SealedBody | null> {
    this.#hasEnded = true;
    this.#wake();
    if (this.#written === null) return null;
    const sha256 = await beforeLong(this.#written, () => this.#giveUp());
    if (sha256 === null) throw new AuditUnavailable('unsealed');
    return { part: this.#options.part, sha256, bytes: this.#bytes, isCut: this.#isCut };
  }

  abandon(): void {
    if (!this.#hasEnded) this.#giveUp();
  }

  #giveUp(): void {
    this.#hasEnded = true;
    this.#isAbandoned = true;
    this.#waiting = [];
    this.#wake();
  }

  /** Resolves to the SHA-256 of what was written, null where it was abandoned. @throws AuditUnavailable */
  async #run(): Promise<string | null> {
    const { folder, keep, settled } = this.#options;
    const path = join(folder, `${randomUUID()}${PART_SUFFIX}`);
    try {
      const sha256 = await this.#writeTo(path);
      if (sha256 === null) await rm(path, { force: true });
      else await keep(path, `${sha256}.age`);
      return sha256;
    } catch (fault) {
      this.#giveUp();
      await rm(path, { force: true }).catch(() => undefined);
      throw fault instanceof AuditUnavailable ? fault : new AuditUnavailable('unsealed', fault);
    } finally {
      settled(this.#reserved);
    }
  }

  async #writeTo(path: string): Promise<string | null> {
    const { Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    for (const recipient of this.#options.terms.recipients) encrypter.addRecipient(recipient);
    const hash = createHash('sha256');
    let size = 0;
    await this.#options.reserve(0);
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of await encrypter.encrypt(this.#body())) {
        size += chunk.length;
        await this.#reserve(size);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      if (this.#isAbandoned) return null;
      await file.datasync();
    } finally {
      await file.close();
    }
    return hash.digest('hex');
  }

  /** Room for a file of so many bytes, in whole blocks, as it is counted once it is there. */
  async #reserve(size: number): Promise<void> {
    const more = Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES - this.#reserved;
    if (more <= 0) return;
    this.#reserved += more;
    await this.#options.reserve(more);
  }

  #body(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          await nextTurn();
          while (this.#waiting.length === 0 && !this.#hasEnded) await this.#more();
          const piece = this.#take();
          if (piece === null) controller.close();
          else controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #take(): Uint8Array | null {
    const [first] = this.#waiting;
    if (first === undefined) return null;
    const before = this.#waitingBytes;
    const piece = first.subarray(0, CHUNK_BYTES);
    if (piece.length === first.length) this.#waiting.shift();
    else this.#waiting[0] = first.subarray(CHUNK_BYTES);
    this.#waitingBytes -= piece.length;
    if (before >= WAITING_BYTES && this.#waitingBytes < WAITING_BYTES) this.#options.drained();
    return piece;
  }
}

/** @throws AuditUnavailable where it takes too long */
async function beforeLong<T>(work: Promise<T>, late: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late();
      reject(new AuditUnavailable('slow'));
    }, FINISH_MS);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
