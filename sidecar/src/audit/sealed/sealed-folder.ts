import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

import type { SealedBody } from '../../exchange/index.ts';
import { AuditUnavailable } from '../log/unavailable.ts';
import { SEALED_FOLDER, SEALED_NAME, type OpenSeal, type Sealer, type SealTerms } from '../record/sealer.ts';
import { PART_SUFFIX, SealedFile } from './sealed-file.ts';

export interface SealedFolderOptions {
  /** The folder of the record. */
  readonly dir: string;
  /** What that folder may hold; sealed bodies get half of it at most. */
  readonly volumeBytes: number;
  /** Whether policy lets the oldest bodies go when there is no room. */
  readonly prunes: () => boolean;
  /** These bodies were removed to make room; at most {@link MAX_TOLD} at once. */
  readonly erased: (bodies: readonly ErasedBody[]) => void;
}

/** A body that was removed. */
interface ErasedBody {
  readonly sha256: string;
  /** What it took on disk. */
  readonly bytes: number;
}

/** Of these a line of the record has room for the digests. */
const MAX_TOLD = 128;

/** Making room frees this part of the folder, so that lines about it are few. */
const FREED = 1 / 8;

/** Sealed bodies on disk, one file each: bounded, the oldest removed first. */
export class SealedFolder implements Sealer {
  readonly #options: SealedFolderOptions;
  readonly #path: string;
  /** By name, oldest first. */
  readonly #files: Map<string, number>;
  #isThere: Promise<unknown> | null = null;
  #usedBytes = 0;
  /** For bodies that are being written. */
  #reservedBytes = 0;

  private constructor(
    options: SealedFolderOptions,
    path: string,
    files: readonly (readonly [string, number])[],
  ) {
    this.#options = options;
    this.#path = path;
    this.#files = new Map(files);
    for (const [, bytes] of files) this.#usedBytes += bytes;
  }

  /** Counts what earlier processes left, and removes what they did not finish. @throws the file system's errors. */
  static async open(options: SealedFolderOptions): Promise<SealedFolder> {
    const path = join(options.dir, SEALED_FOLDER);
    const names = await namesIn(path);
    for (const name of names.filter((each) => each.endsWith(PART_SUFFIX))) await rm(join(path, name));
    const files: { readonly name: string; readonly bytes: number; readonly ms: number }[] = [];
    for (const name of names.filter((each) => SEALED_NAME.test(each))) {
      const { blocks, mtimeMs } = await stat(join(path, name));
      files.push({ name, bytes: blocks * 512, ms: mtimeMs });
    }
    files.sort((a, b) => a.ms - b.ms);
    return new SealedFolder(
      options,
      path,
      files.map(({ name, bytes }) => [name, bytes]),
    );
  }

  /** What the bodies take on disk. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  begin(part: SealedBody['part'], terms: SealTerms, drained: () => void = () => undefined): OpenSeal {
    return new SealedFile({
      part,
      terms,
      folder: this.#path,
      drained,
      reserve: (bytes) => this.#makeRoom(bytes, terms.folderBytes),
      keep: (from, name) => this.#keep(from, name),
      settled: (reserved) => {
        this.#reservedBytes -= reserved;
      },
    });
  }

  /** @throws AuditUnavailable where policy lets nothing go for it */
  async #makeRoom(bytes: number, folderBytes: number): Promise<void> {
    this.#reservedBytes += bytes;
    this.#isThere ??= mkdir(this.#path, { recursive: true, mode: 0o700 });
    await this.#isThere;
    const limit = Math.min(folderBytes, this.#options.volumeBytes / 2);
    if (this.#usedBytes + this.#reservedBytes <= limit) return;
    if (!this.#options.prunes()) throw new AuditUnavailable('unsealed', new Error('the folder is full'));
    const gone: ErasedBody[] = [];
    for (const [name, size] of this.#files) {
      if (this.#usedBytes + this.#reservedBytes <= limit * (1 - FREED)) break;
      this.#files.delete(name);
      this.#usedBytes -= size;
      gone.push({ sha256: name.slice(0, 64), bytes: size });
    }
    // Now, since others keep bodies and take room while files are removed.
    const fits = this.#usedBytes + this.#reservedBytes <= limit;
    for (const { sha256 } of gone) await rm(join(this.#path, `${sha256}.age`), { force: true });
    for (let told = 0; told < gone.length; told += MAX_TOLD)
      this.#options.erased(gone.slice(told, told + MAX_TOLD));
    if (!fits)
      throw new AuditUnavailable(
        'unsealed',
        new Error('the bodies that come now take more than the folder may'),
      );
  }

  /** The file's name is durable when this resolves. */
  async #keep(from: string, name: string): Promise<void> {
    const path = join(this.#path, name);
    await rename(from, path);
    const folder = await open(this.#path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    const bytes = (await stat(path)).blocks * 512;
    this.#files.set(name, bytes);
    this.#usedBytes += bytes;
  }
}

/** Of a folder that is made with the first body. */
async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (fault) {
    if (isNativeError(fault) && 'code' in fault && fault.code === 'ENOENT') return [];
    throw fault;
  }
}
