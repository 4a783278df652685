import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { SEALED_FOLDER, SEALED_NAME } from '../../record/sealer.ts';

/**
 * The files of sealed bodies in copies: those beside the files among `paths`, and those anywhere in the folders, in the order of `paths`.
 * @throws the file system's errors.
 */
export async function bodyFilesIn(paths: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const path of paths)
    if ((await stat(path)).isDirectory()) for (const file of await sealedBelow(path)) found.add(file);
    else for (const file of await sealedIn(join(dirname(path), SEALED_FOLDER))) found.add(file);
  return [...found];
}

/** The digest that a file of a sealed body is named by. */
export function namedDigest(path: string): string {
  return basename(path).slice(0, 64);
}

/** Of bytes, lower-case hex. */
export function digestOfBytes(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Of the bytes of a file, lower-case hex. @throws the file system's errors. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function sealedBelow(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && SEALED_NAME.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Empty if the folder is absent. */
async function sealedIn(folder: string): Promise<readonly string[]> {
  try {
    return await sealedBelow(folder);
  } catch {
    return [];
  }
}
