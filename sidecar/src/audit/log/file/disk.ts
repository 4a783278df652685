import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { dirname, join } from 'node:path';

import type { AppendFile } from './append-file.ts';
import { reservedFile } from './reserved-file.ts';

/** The file system operations of the ledger; tests inject faults here. */
export interface Disk {
  /** Creates a missing folder (0700). */
  prepare(dir: string): Promise<void>;
  /** Creates a file, 0600, for this process only. Its name is durable when this resolves. @throws if the path exists. */
  create(path: string): Promise<AppendFile>;
  /** Free bytes for an unprivileged process. */
  freeBytes(dir: string): Promise<number>;
  /** Size of the files of `dir`, as the kubelet counts it: in whole blocks, preallocated zeros included. */
  usedBytes(dir: string): Promise<number>;
  /** The deletion is durable when this resolves. */
  remove(path: string): Promise<void>;
}

const open = promisify(fs.open);
const close = promisify(fs.close);
const fsync = promisify(fs.fsync);

export const nodeDisk: Disk = {
  async prepare(dir) {
    await makeFolder(dir);
  },
  async create(path) {
    const { O_CREAT, O_EXCL, O_WRONLY, O_DSYNC } = fs.constants;
    // O_DSYNC: a write returns when its data is durable (open(2)): write and fdatasync with one switch to a thread.
    const flags = O_CREAT | O_EXCL | O_WRONLY | O_DSYNC;
    const fd = await open(path, flags, 0o600);
    await fsync(fd);
    // Otherwise a crash may lose the name of a file with durable content (POSIX leaves it open).
    await syncFolder(dirname(path));
    return reservedFile(path, fd);
  },
  async freeBytes(dir) {
    const { bavail, bsize } = await fs.promises.statfs(dir);
    return bavail * bsize;
  },
  async usedBytes(dir) {
    const names = await fs.promises.readdir(dir);
    const sizes = await Promise.all(names.map((name) => blocksOf(join(dir, name))));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  },
  async remove(path) {
    await fs.promises.rm(path);
    await syncFolder(dirname(path));
  },
};

/**
 * Not `recursive` of Node, which never ends where the parent is there and takes no folder, as in `/proc` (ENOENT from mkdir(2)).
 * @throws the error of mkdir(2)
 */
async function makeFolder(dir: string): Promise<void> {
  const parent = dirname(dir);
  if (parent !== dir && !(await isFolder(parent))) await makeFolder(parent);
  try {
    await fs.promises.mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (!(await isFolder(dir))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return fs.promises.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, fs.constants.O_RDONLY);
  try {
    await fsync(folder);
  } finally {
    await close(folder);
  }
}

/** Zero for a deleted file. `blocks` counts units of 512 bytes, whatever the file system's block size (stat(2)). */
async function blocksOf(path: string): Promise<number> {
  try {
    return (await fs.promises.lstat(path)).blocks * 512;
  } catch {
    return 0;
  }
}
