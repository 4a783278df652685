import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { bypasses } from './bypasses.ts';
import { brokers } from './brokers.ts';
import { Cluster } from './cluster.ts';
import { conditions } from './conditions.ts';
import { consoleShown } from './console.ts';
import { disturbances } from './disturbances.ts';
import { Evidence } from './evidence.ts';
import { installing } from './installing.ts';
import { auditAndPolicy } from './audit-and-policy.ts';
import { Leftovers } from './machine.ts';
import { refusals } from './refusals.ts';
import { Release } from './release.ts';
import { INJECT, NAMESPACES, type Fixture } from './fixture.ts';
import { expect, Steps, Stopped } from './steps.ts';
import { traffic } from './traffic.ts';
import { lifecycle } from './lifecycle.ts';
import { outlived } from './outlived/outlived.ts';
import { quickstart } from './quickstart/quickstart.ts';
import { RECIPE_NAMESPACES } from './recipes/page.ts';
import { recipes } from './recipes/recipes.ts';
import { clusterProviders } from './cluster-providers.ts';
import { unattempted, weaknessTable } from './weaknesses.ts';

/**
 * `npm run e2e`: the boundary in a real cluster, from installation to uninstallation. Uses the running cluster, or starts one and stops it.
 * Exit 0 only if every step passed. `-- --keep` keeps everything at the end, and `--only traffic,bypasses` runs some chapters on a kept
 * installation.
 */
const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, only: { type: 'string' } },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
const began = Date.now();
// Evidence is kept; all other files of the run are written here and deleted.
const evidence = new Evidence([...Object.values(NAMESPACES), ...RECIPE_NAMESPACES], tmpdir());
const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-run-'));
let fixture: Fixture | null = null;
const steps = new Steps(say, (step) => evidence.collect(fixture?.cluster ?? null, step));

/**
 * Deletes the objects of earlier runs and of this one. The label is removed first, so that admission cannot block the deletion of the
 * namespaces.
 */
async function clear({ cluster }: Fixture, release: Release): Promise<void> {
  await release.uninstall();
  for (const namespace of [NAMESPACES.guarded, NAMESPACES.restricted]) {
    await cluster.tryKubectl(['label', 'namespace', namespace, `${INJECT}-`]);
  }
  const names = Object.values(NAMESPACES);
  await cluster.kubectl(['delete', 'namespace', ...names, '--ignore-not-found', '--wait', '--timeout=170s'], {
    timeoutMs: 180_000,
  });
}

/** Seconds that each chapter took, in their order. */
const took: (readonly [chapter: string, seconds: number])[] = [];

/** In their order. */
function chapterOf(fixture: Fixture, release: Release): Readonly<Record<string, () => Promise<void>>> {
  return {
    quickstart: () => quickstart(fixture, release),
    installing: () => installing(fixture, release),
    traffic: () => traffic(fixture),
    'audit-and-policy': () => auditAndPolicy(fixture),
    console: () => consoleShown(fixture),
    refusals: () => refusals(fixture),
    bypasses: () => bypasses(fixture),
    brokers: () => brokers(fixture),
    conditions: () => conditions(fixture),
    recipes: () => recipes(fixture, release),
    disturbances: () => disturbances(fixture),
    outlived: () => outlived(fixture, release),
    lifecycle: () => lifecycle(fixture, release),
    'cluster-providers': () => clusterProviders(fixture),
  };
}

async function chapters(): Promise<void> {
  steps.chapter('A cluster');
  const leftovers = await Leftovers.before();
  await steps.step(
    'a cluster is there, and the tools that the run asks',
    async () => {
      fixture = { cluster: await Cluster.up(), steps };
      // From here on: a cluster that is kept has its own temporary files elsewhere.
      process.env['TMPDIR'] = folder;
      await fixture.cluster.tools(['helm', 'promtool', 'kind']);
      return `${fixture.cluster.mode}, ${fixture.cluster.started ? 'started for this run' : 'it ran before'}`;
    },
    { essential: true },
  );
  if (fixture === null) return;
  const here: Fixture = fixture;
  const release = new Release(here, folder);
  const chapter = chapterOf(here, release);
  const chosen = values.only?.split(',') ?? Object.keys(chapter);
  if (chosen.includes('installing') || chosen.includes('quickstart')) {
    const taken = async (): Promise<null> => {
      await clear(here, release);
      return null;
    };
    await steps.step('what an earlier run has left is taken away', taken, { essential: true });
  }
  try {
    for (const name of chosen) {
      const run = chapter[name];
      if (run === undefined)
        throw new Error(`--only ${name}: expected some of ${Object.keys(chapter).join(',')}`);
      const from = Date.now();
      await run();
      took.push([name, Math.round((Date.now() - from) / 1000)]);
    }
    if (values.only === undefined) await tellWeaknesses();
  } finally {
    if (!values.keep) await steps.step('nothing is left behind', () => leave(here, release, leftovers));
  }
}

async function tellWeaknesses(): Promise<void> {
  steps.chapter('The 25 known weaknesses of injectors, and the steps that attempted them');
  weaknessTable(steps.attempted).forEach(say);
  await steps.step('each of them was attempted', () => {
    const missing = unattempted(steps.attempted);
    expect(missing.length === 0, `not attempted: ${missing.join(', ')}`);
    return Promise.resolve(null);
  });
}

async function leave(here: Fixture, release: Release, leftovers: Leftovers): Promise<string> {
  await clear(here, release);
  if (!here.cluster.started) return 'the cluster stays up, as it was';
  await here.cluster.down();
  return leftovers.check(here.cluster);
}

try {
  await chapters();
} catch (error) {
  if (!(error instanceof Stopped)) throw error;
  say(`\nStopped: what follows rests on "${error.message}".`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const chaptersTook = took.map(([name, seconds]) => `${name} ${seconds}`).join(', ');
say(`\nin ${Math.round((Date.now() - began) / 1000)} s${chaptersTook === '' ? '' : ` (${chaptersTook})`}`);
say(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed === 0 && steps.passed > 0 ? 0 : 1;
