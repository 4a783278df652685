import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where counterparts are installed: outside the tree, kept between runs. */
export const CACHE = join(
  process.env['LLM_BOUNDARY_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'llm-boundary'),
  'counterparts',
);

export type Installed = { readonly folder: string } | { readonly missing: string };

/** A Python environment with `packages`; `probe` is a program that exists once it is complete. */
export function pythonEnvironment(name: string, packages: readonly string[], probe: string): Installed {
  return installed(name, join('bin', probe), (folder) => [
    ['python3', ['-m', 'venv', folder]],
    [join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', ...packages]],
  ]);
}

/** A folder with packages from npm, separated by spaces; `probe` is a file of the last to arrive. */
export function npmFolder(name: string, packs: string, probe: string): Installed {
  return installed(name, probe, (folder) => [
    ['npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, ...packs.split(' ')]],
  ]);
}

/** A folder with the jars of `artifacts` (`GROUP:NAME:VERSION`) and of what they need, in `libs`. */
export function mavenFolder(name: string, artifacts: readonly string[]): Installed {
  const dependencies = artifacts.map((artifact) => {
    const [group, artifactId, version] = artifact.split(':');
    return `<dependency><groupId>${group ?? ''}</groupId><artifactId>${artifactId ?? ''}</artifactId><version>${version ?? ''}</version></dependency>`;
  });
  // Written at the end, when all jars are there.
  return installed(name, 'complete', (folder) => {
    const pom = join(folder, 'pom.xml');
    writeFileSync(
      pom,
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><packaging>pom</packaging><dependencies>${dependencies.join('')}</dependencies></project>`,
    );
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=libs'];
    return [
      ['mvn', ['--quiet', '--batch-mode', '--file', pom, ...copy]],
      ['touch', [join(folder, 'complete')]],
    ];
  });
}

type Command = readonly [program: string, args: readonly string[]];

/** An incomplete folder of an earlier run is recreated: the probe exists when this returns. */
function installed(name: string, probe: string, steps: (folder: string) => readonly Command[]): Installed {
  const folder = join(CACHE, name);
  if (existsSync(join(folder, probe))) return { folder };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  process.stdout.write(`  installing ${name} into ${folder} (once)\n`);
  for (const [program, args] of steps(folder)) {
    const { status, error, stderr } = spawnSync(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    if (status === 0) continue;
    rmSync(join(folder, probe), { force: true });
    const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
    return { missing: `${program} ${args[0] ?? ''} did not succeed: ${reason}` };
  }
  return { folder };
}
