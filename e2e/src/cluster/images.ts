import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { ROOT, type Cluster } from './cluster.ts';
import { must, run } from './shell.ts';

/** What a pod says to get an image that was made here. */
export const image = (name: string): string => `localhost/${name}`;

export const IMAGES = { sidecar: 'sidecar:e2e', webhook: 'webhook:e2e', workload: 'workload:e2e' } as const;

/** A folder with what the Dockerfiles copy: the build, and the packages that the workspaces need to run, without what builds them. */
async function stage(workspaces: readonly string[], folder: string): Promise<void> {
  // npm complains of peers with status 1 and lists all the same.
  const chosen = workspaces.flatMap((name) => ['-w', `@llm-boundary/${name}`]);
  const { stdout } = await run('npm', ['ls', '--all', '--omit=dev', '--parseable', ...chosen], { cwd: ROOT });
  const packages = stdout
    .split('\n')
    .map((path) => relative(ROOT, path))
    .filter((path) => path.startsWith('node_modules/') && !path.startsWith('node_modules/@llm-boundary/'));
  if (packages.length === 0) throw new Error(`npm ls named no packages of ${workspaces.join(', ')}`);
  for (const path of packages) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, dereference: true, filter: wanted });
  }
  for (const workspace of workspaces) {
    for (const part of ['package.json', 'dist', 'data', 'bin']) {
      const source = join(ROOT, workspace, part);
      if (existsSync(source)) cpSync(source, join(folder, workspace, part), { recursive: true });
    }
  }
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  // Without Debian's packages: the base of these images is this machine's Node.
  const sbom = await must(process.execPath, ['images/sbom.mjs', workspaces.at(-1) ?? ''], { cwd: ROOT });
  writeFileSync(join(folder, 'sbom.cdx.json'), sbom);
}

/** Sources and objects of native packages are not run. */
const wanted = (path: string): boolean =>
  !/re2\/(vendor|build\/Release\/(obj\.target|\.deps))(\/|$)/.test(path.replaceAll('\\', '/'));

async function build(
  cluster: Cluster,
  name: string,
  workspaces: readonly string[],
  more: readonly string[],
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-image-'));
  try {
    await stage(workspaces, folder);
    const dockerfile = `${ROOT}${workspaces.at(-1) ?? ''}/Dockerfile`;
    await cluster.script(['dockerfile', name, dockerfile, '--root', folder, ...more]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes the images from the Dockerfiles' own lists, without a registry, and loads them into the cluster. */
export async function makeImages(cluster: Cluster): Promise<void> {
  await build(cluster, IMAGES.sidecar, ['sidecar'], ['--add', 'nft', '--add', 'env']);
  // Its RUN line takes things out of the base image; env finds node for the commands' first line.
  await build(cluster, IMAGES.webhook, ['sidecar', 'webhook'], ['--add', 'env']);
  await run(process.execPath, [`${ROOT}e2e/dist/workloads/bundle.js`]);
  await cluster.script(['dockerfile', IMAGES.workload, `${ROOT}e2e/src/workloads/Dockerfile`]);
  await cluster.script(['load', IMAGES.sidecar, IMAGES.webhook, IMAGES.workload]);
}
