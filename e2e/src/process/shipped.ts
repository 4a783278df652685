import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The sidecar as its image has it: the bundle of the build beside the build. */
export interface Shipped {
  /** The temporary folder that stands for `/app`. */
  readonly folder: string;
  /** The program. */
  readonly main: string;
  /** The variables of its image, each `NAME=value`, but for PATH. */
  readonly env: readonly string[];
  remove(): void;
}

/** Bundles the build into `to`. @throws Error where that fails */
export function makeBundle(to: string): void {
  execFileSync(process.execPath, ['images/bundle.mjs', to], { cwd: ROOT });
}

function imageVariables(): readonly string[] {
  const [, last = ''] = readFileSync(join(ROOT, 'sidecar/Dockerfile'), 'utf8').split(/^FROM base$/m);
  const variables = /^ENV (.*)$/m.exec(last)?.[1]?.split(' ') ?? [];
  return variables.filter((each) => !each.startsWith('PATH='));
}

/** Makes the bundle of the present build. @throws Error where that fails */
export function shippedSidecar(): Shipped {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-bundle-'));
  const sidecar = join(folder, 'sidecar');
  mkdirSync(sidecar);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const part of ['package.json', 'data', 'dist'])
    symlinkSync(join(ROOT, 'sidecar', part), join(sidecar, part));
  makeBundle(join(sidecar, 'bundle'));
  return {
    folder,
    main: join(sidecar, 'bundle/main.js'),
    env: imageVariables(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
