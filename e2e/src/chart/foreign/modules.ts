import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

import { must } from '../../cluster/shell.ts';

/** A Go module, pinned by its hash; no part of it is kept in the repository. */
export interface PinnedModule {
  readonly path: string;
  readonly version: string;
  /** The hash in go.sum. */
  readonly sum: string;
}

/** A module whose public test data is read. */
export interface ForeignModule extends PinnedModule {
  /** Its folders with manifests, and the pattern of their file names. */
  readonly folders: readonly { readonly path: string; readonly files: RegExp }[];
}

export interface ManifestFile {
  /** Module and path in it. */
  readonly source: string;
  readonly text: string;
}

/** The folder of a module in Go's cache, downloaded if absent. @throws Error if the proxy serves other bytes than the pinned ones */
export async function moduleFolder({ path, version, sum }: PinnedModule): Promise<string> {
  const text = await must('go', ['mod', 'download', '-json', `${path}@${version}`], {
    timeoutMs: 5 * 60_000,
    cwd: '/',
  });
  const answer = JSON.parse(text) as { readonly Dir: string; readonly Sum: string };
  if (answer.Sum !== sum) throw new Error(`${path}@${version} has the hash ${answer.Sum}, pinned is ${sum}`);
  return answer.Dir;
}

/** Every manifest of the module's folders, in the order of its path. */
export async function manifestFiles(module: ForeignModule): Promise<readonly ManifestFile[]> {
  const folder = await moduleFolder(module);
  return module.folders.flatMap(({ path, files }) =>
    readdirSync(join(folder, path), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && files.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => ({
        source: `${module.path}/${relative(folder, file)}`,
        text: readFileSync(file, 'utf8'),
      })),
  );
}
