import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { bypasses } from './bypasses.ts';
import { Cluster } from './cluster.ts';
import { Evidence } from './evidence.ts';
import { installing } from './installing.ts';
import { keeping } from './keeping.ts';
import { refusals } from './refusals.ts';
import { Release } from './release.ts';
import { INJECT, NAMESPACES, type Scene } from './scene.ts';
import { Steps, Stopped } from './steps.ts';
import { traffic } from './traffic.ts';
import { upheaval } from './upheaval.ts';

/**
 * `npm run e2e`: the boundary in a real cluster, from installation to uninstallation. Takes the cluster that runs, or starts one and ends
 * it. Exit 0 only if every step held. `-- --keep` leaves everything as it is at the end, and
 * `--only traffic,bypasses` runs some chapters on what an earlier run has left so.
 */
const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-run-'));
const evidence = new Evidence(Object.values(NAMESPACES));
let scene: Scene | null = null;
const steps = new Steps(say, (step) => evidence.collect(scene?.cluster ?? null, step));

/** What earlier runs may have left, and this one. The label goes first: nothing may hold the namespaces back. */
async function clear({ cluster }: Scene, release: Release): Promise<void> {
  await release.uninstall();
  await cluster.tryKubectl(['label', 'namespace', NAMESPACES.guarded, `${INJECT}-`]);
  const names = Object.values(NAMESPACES);
  await cluster.kubectl(['delete', 'namespace', ...names, '--ignore-not-found', '--wait', '--timeout=90s']);
}

async function chapters(): Promise<void> {
  steps.chapter('A cluster');
  await steps.step(
    'a cluster is there',
    async () => {
      scene = { cluster: await Cluster.up(), steps };
      return scene.cluster.started ? 'started for this run' : 'it ran before';
    },
    { essential: true },
  );
  if (scene === null) return;
  const here: Scene = scene;
  const release = new Release(here, folder);
  const chapter: Readonly<Record<string, () => Promise<void>>> = {
    installing: () => installing(here, release),
    traffic: () => traffic(here),
    keeping: () => keeping(here),
    refusals: () => refusals(here),
    bypasses: () => bypasses(here),
    upheaval: () => upheaval(here, release),
  };
  const chosen = values.only?.split(',') ?? Object.keys(chapter);
  if (chosen.includes('installing')) await clear(here, release);
  try {
    for (const name of chosen) {
      const run = chapter[name];
      if (run === undefined)
        throw new Error(`--only ${name}: expected some of ${Object.keys(chapter).join(',')}`);
      await run();
    }
  } finally {
    if (!values.keep) await steps.step('nothing is left behind', () => leave(here, release));
  }
}

async function leave(here: Scene, release: Release): Promise<string> {
  await clear(here, release);
  await here.cluster.down();
  return here.cluster.started ? 'the cluster is down too' : 'the cluster stays up, as it was';
}

try {
  await chapters();
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  say(`\nStopped: what follows rests on "${error.message}".`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(`\n${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed === 0 && steps.passed > 0 ? 0 : 1;
