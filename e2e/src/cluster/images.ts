import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { ROOT, type Cluster } from './cluster.ts';
import { must, run } from './shell.ts';

/** Source of the images of a run. */
export interface ImageSource {
  /** Prefix of an image's name. */
  readonly prefix: string;
  readonly pullPolicy: 'Never' | 'IfNotPresent';
  /** How they get there; `none`: all nodes have them. */
  readonly delivery: 'load' | 'push' | 'none';
}

const LOADED: ImageSource = { prefix: 'localhost', pullPolicy: 'Never', delivery: 'load' };

/**
 * From `LLM_BOUNDARY_IMAGES`: unset, images are loaded into the cluster, which works for those that the scripts can reach into;
 * `preloaded`; or a registry and path, where they are pushed. @throws Error for anything else
 */
function imageSource(value: string | undefined): ImageSource {
  if (value === undefined || value === '') return LOADED;
  if (value === 'preloaded') return { ...LOADED, delivery: 'none' };
  // As usual, a registry has a dot, a port or is localhost; otherwise the name would be a path of Docker Hub.
  if (
    /^([a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?|[a-z0-9-]+:\d+|\[[0-9a-f:]+\](:\d+)?)(\/[a-z0-9._-]+)*$/.test(value)
  ) {
    return { prefix: value, pullPolicy: 'IfNotPresent', delivery: 'push' };
  }
  throw new Error(
    `LLM_BOUNDARY_IMAGES is '${value}': expected preloaded, or REGISTRY[:PORT][/PATH] such as registry.example.com/team`,
  );
}

export const SOURCE = imageSource(process.env['LLM_BOUNDARY_IMAGES']);

/** The reference of an image built here. */
export function image(name: string): string {
  return `${SOURCE.prefix}/${name}`;
}

/** An image built here, as values of the chart. */
export function imageValues(name: string): { readonly repository: string; readonly tag: string } {
  const whole = image(name);
  // The registry may have a port.
  const colon = whole.lastIndexOf(':');
  return { repository: whole.slice(0, colon), tag: whole.slice(colon + 1) };
}

/** A manifest for loaded images, rewritten for another source. */
export function withImages(yaml: string): string {
  return yaml
    .replace(/(\bimage: )localhost\//g, `$1${SOURCE.prefix}/`)
    .replace(/(\bimagePullPolicy: )Never\b/g, `$1${SOURCE.pullPolicy}`);
}

export const IMAGES = { sidecar: 'sidecar:e2e', webhook: 'webhook:e2e', workload: 'workload:e2e' } as const;

/** A folder with the files that the Dockerfiles copy: the build, and the runtime packages of the workspaces. */
async function stage(workspaces: readonly string[], folder: string): Promise<void> {
  // npm reports peer problems with status 1 and still lists.
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
  if (workspaces.at(-1) === 'sidecar')
    await must(process.execPath, ['images/bundle.mjs', join(folder, 'sidecar/bundle')], { cwd: ROOT });
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  // Without Debian's packages: these images are based on this machine's Node.
  const sbom = await must(process.execPath, ['images/sbom.mjs', workspaces.at(-1) ?? ''], { cwd: ROOT });
  writeFileSync(join(folder, 'sbom.cdx.json'), sbom);
}

/** Sources and objects of native packages are not needed at run time. */
function wanted(path: string): boolean {
  return !/re2\/(vendor|build\/Release\/(obj\.target|\.deps))(\/|$)/.test(path.replaceAll('\\', '/'));
}

interface Recipe {
  readonly name: string;
  readonly dockerfile: string;
  /** The workspaces whose packages it copies; none where the Dockerfile copies from the repository as it is. */
  readonly workspaces: readonly string[];
  /** Folders whose content determines the image. */
  readonly sources: readonly string[];
  readonly more: readonly string[];
}

const SIDECAR_PARTS = ['sidecar/dist', 'sidecar/data', 'sidecar/bin'];

const RECIPES: readonly Recipe[] = [
  {
    name: IMAGES.sidecar,
    dockerfile: 'sidecar/Dockerfile',
    workspaces: ['sidecar'],
    sources: SIDECAR_PARTS,
    more: ['--add', 'nft', '--add', 'env'],
  },
  {
    name: IMAGES.webhook,
    dockerfile: 'webhook/Dockerfile',
    workspaces: ['sidecar', 'webhook'],
    sources: [...SIDECAR_PARTS, 'webhook/dist', 'webhook/bin'],
    // Its RUN line removes files of the base image; env finds node for the shebangs.
    more: ['--add', 'env'],
  },
  {
    name: IMAGES.workload,
    dockerfile: 'e2e/src/workloads/Dockerfile',
    workspaces: [],
    sources: ['e2e/dist/demo', 'e2e/dist/workloads'],
    // For attempts with ICMP by hostile containers; unprivileged if a pod's sysctl admits its group.
    more: ['--add', 'ping'],
  },
];

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** Hash of an image's inputs, apart from its base. */
function keyOf({ dockerfile, sources, more }: Recipe): string {
  const hash = createHash('sha256').update(more.join('\0'));
  const scripts = ['dockerfile.sh', 'images.sh', 'rootfs.sh'].map((name) => `e2e/hack/cluster/${name}`);
  for (const part of ['package-lock.json', 'images', dockerfile, ...scripts, ...sources]) {
    for (const file of filesOf(join(ROOT, part))) {
      hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Builds the image, unless an identical one exists. @returns whether it was built */
async function build(cluster: Cluster, recipe: Recipe): Promise<boolean> {
  const { name, workspaces, dockerfile, more } = recipe;
  const key = keyOf(recipe);
  if (await cluster.holds(['current', name, key])) return false;
  const folder = workspaces.length === 0 ? null : mkdtempSync(join(tmpdir(), 'llm-boundary-image-'));
  try {
    if (folder !== null) await stage(workspaces, folder);
    const root = folder === null ? [] : ['--root', folder];
    const argv = ['dockerfile', name, `${ROOT}${dockerfile}`, ...root, '--key', key, ...more];
    await cluster.script(argv, { timeoutMs: 600_000 });
    return true;
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

/** Builds the images from the Dockerfiles' own lists, without a registry, and delivers them to the cluster. */
export async function makeImages(cluster: Cluster): Promise<string> {
  const names = Object.values(IMAGES);
  if (SOURCE.delivery === 'none') return 'every node is said to have them';
  if (SOURCE.delivery === 'load' && cluster.mode === 'kubeconfig') {
    throw new Error(
      'images cannot be loaded into the cluster of KUBECONFIG: set LLM_BOUNDARY_IMAGES to a registry that its nodes pull from ' +
        '(REGISTRY[:PORT][/PATH]; they are pushed there with your own login), or to "preloaded" where every node has ' +
        names.map((name) => `localhost/${name}`).join(', '),
    );
  }
  await must(process.execPath, [`${ROOT}e2e/dist/workloads/bundle.js`]);
  let made = 0;
  for (const recipe of RECIPES) if (await build(cluster, recipe)) made += 1;
  const how = `${made} made, ${RECIPES.length - made} as before`;
  if (SOURCE.delivery === 'load') {
    await cluster.script(['load', ...names], { timeoutMs: 600_000 });
    return `${how}; loaded`;
  }
  await cluster.script(['push', SOURCE.prefix, ...names], { timeoutMs: 600_000 });
  return `${how}; pushed to ${SOURCE.prefix}`;
}
