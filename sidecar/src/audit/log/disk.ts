import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { dirname } from 'node:path';

import type { AppendFile } from './append-file.ts';
import { reservedFile } from './reserved-file.ts';

/** What the ledger needs of a file system; a seam for faults in tests. */
export interface Disk {
  /** Creates the folder where it is missing (0700). */
  prepare(dir: string): Promise<void>;
  /** A new file, 0600, that only this process writes to. Its name is durable when this resolves. @throws when the path exists already. */
  create(path: string): Promise<AppendFile>;
  /** Bytes that an unprivileged process may still write. */
  freeBytes(dir: string): Promise<number>;
}

const open = promisify(fs.open);
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);

export const nodeDisk: Disk = {
  async prepare(dir) {
    await fs.promises.mkdir(dir, { recursive: true, mode: 0o700 });
  },
  async create(path) {
    const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = fs.constants;
    // O_DSYNC: a write returns when its data is durable (open(2)), which is write and fdatasync for the price of one trip to a thread.
    const flags = O_CREAT | O_EXCL | O_WRONLY | O_DSYNC;
    const fd = await open(path, flags, 0o600);
    await fsync(fd);
    // Without this a crash may lose the name of a file whose content is durable (POSIX leaves it open).
    const folder = await open(dirname(path), fs.constants.O_RDONLY);
    try {
      await fsync(folder);
    } finally {
      await close(folder);
    }
    return reservedFile(path, fd);
  },
  async freeBytes(dir) {
    const { bavail, bsize } = await fs.promises.statfs(dir);
    return bavail * bsize;
  },
};
