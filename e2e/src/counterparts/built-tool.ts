import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../hack/cluster/build.sh', import.meta.url));

/** A pinned program of `e2e/hack/cluster/tools`, built if absent; waits for a build in progress. */
export function builtTool(name: string): { readonly program: string } | { readonly missing: string } {
  const built = spawnSync(BUILD, [name], { encoding: 'utf8' });
  const listed = spawnSync(BUILD, ['--list'], { encoding: 'utf8' }).stdout;
  const folder = listed
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([tool]) => tool === name)?.[3];
  const program = folder === undefined ? '' : join(folder, name);
  if (built.status === 0 && existsSync(program)) return { program };
  return { missing: (built.error?.message ?? built.stderr).trim().split('\n').at(-1) ?? '' };
}
