import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';

import type { AppendFile, Written } from './append-file.ts';

/** Errors of a file system without free space, or without any for this process. */
const NO_ROOM: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** Preallocation step. */
export const RESERVE_BYTES = 1024 * 1024;
/** The next step is preallocated below this reserve, while appending continues. */
const LOW_BYTES = RESERVE_BYTES / 4;

const ZEROS = Buffer.alloc(RESERVE_BYTES);

const close = promisify(fs.close);
const fsync = promisify(fs.fsync);
const ftruncate = promisify(fs.ftruncate);

/**
 * An append-only file with preallocated zeros after its end. Appending at the very end of a file changes its length and its blocks, for
 * which a journalling file system writes and waits twice; overwriting zeros changes neither, which makes a durable record three times
 * cheaper and several times faster (`docs/performance.md`). The zeros are removed when the file is closed; after a crash they remain, and
 * readers take the first NUL for the end, since no line contains one. Preallocation is an optimisation: without free space for it, the file
 * grows as others do. `fd` must be open with O_DSYNC, without O_APPEND, and belongs to the file from now on.
 */
export function reservedFile(name: string, fd: number): AppendFile {
  return new ReservedFile(name, fd);
}

class ReservedFile implements AppendFile {
  readonly name: string;
  readonly #fd: number;
  /** Offset of the next line. */
  #end = 0;
  /** End of the zeros. */
  #reserved = 0;
  #roomy = true;
  #reserving: Promise<void> | null = null;
  /** A disk that fails to write zeros is not trusted with lines. */
  #fault: Error | null = null;

  constructor(name: string, fd: number) {
    this.name = name;
    this.#fd = fd;
  }

  append(data: Buffer, done: Written): void {
    // Zeros still being written must not overwrite a line.
    if (this.#reserving !== null && this.#end + data.length > this.#reserved)
      void this.#reserving.then(() => this.#write(data, done));
    else this.#write(data, done);
  }

  /** The file was opened with O_DSYNC: appended data is already durable. */
  sync(done: (fault: Error | null) => void): void {
    process.nextTick(done, null);
  }

  async close(): Promise<void> {
    await this.#reserving;
    try {
      if (this.#reserved > this.#end) {
        await ftruncate(this.#fd, this.#end);
        await fsync(this.#fd);
      }
    } finally {
      await close(this.#fd);
    }
  }

  #write(data: Buffer, done: Written): void {
    if (this.#fault !== null) {
      done(this.#fault, 0);
      return;
    }
    fs.write(this.#fd, data, 0, data.length, this.#end, (fault, bytes) => {
      if (fault === null) this.#end += bytes;
      if (this.#roomy && this.#reserving === null && this.#reserved - this.#end < LOW_BYTES)
        this.#reserving = this.#reserve();
      done(fault, bytes);
    });
  }

  /** Never rejects. */
  async #reserve(): Promise<void> {
    const from = Math.max(this.#reserved, this.#end);
    // Nothing may be appended after `#reserved` while this runs, so it is set first: lines up to there overwrite old zeros.
    this.#reserved = from;
    await new Promise<void>((resolve) => {
      fs.write(this.#fd, ZEROS, 0, ZEROS.length, from, (fault, bytes) => {
        this.#reserved = from + (fault === null ? bytes : 0);
        if (fault !== null && !hasNoRoom(fault)) this.#fault = fault;
        this.#roomy = fault === null && bytes === ZEROS.length;
        resolve();
      });
    });
    this.#reserving = null;
  }
}

function hasNoRoom(fault: unknown): boolean {
  return isNativeError(fault) && 'code' in fault && NO_ROOM.has(fault.code);
}
