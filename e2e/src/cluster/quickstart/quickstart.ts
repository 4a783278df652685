import { existsSync, rmSync } from 'node:fs';

import { ROOT } from '../cluster.ts';
import { NAMESPACES, type Fixture } from '../fixture.ts';
import { makeImages } from '../images.ts';
import type { Release } from '../release.ts';
import { expect } from '../steps.ts';
import { equivalentOf, filesWritten, quickstartCommands, type Command, type Equivalent } from './page.ts';
import { BUILT, makeStandIns, PULLED, tag, VOLUME } from './stand-ins.ts';

/** What a command must print, beside ending with status 0. The first one that the text of the command fits counts. */
const PRINTED: readonly (readonly [RegExp, RegExp])[] = [
  [/webhook check/, / 0 failed, 0 unknown\.\n$/],
  [/policy check/, /mode: observe, so nothing is enforced/],
  [/In which country/, /"content":"You said 26 characters\."/],
  [/--include .*Ignore all previous/, /HTTP\/1\.1 200[^]*llm-boundary-decision: [^]*You said/],
  [/grep injection\.override/, /"mode":"observe"[^]*"rule":"injection\.override"/],
  [/^for try .*grep injection_detected/, /"code":"injection_detected"/],
  [/posture/, /ollama-/],
  [/logs .*job\/summaries/, /^(You said \d+ characters\.\n){2}$/],
];
const TIMEOUT_MS = 300_000;

/** Chapter: every command of the quick start, in its order. It installs and takes away, so nothing may be installed before. */
export async function quickstart(fixture: Fixture, release: Release): Promise<void> {
  const { cluster, steps } = fixture;
  if (cluster.mode !== 'self') return;
  steps.chapter('The quick start');
  const commands = quickstartCommands();
  const files = commands.flatMap(({ line }) => filesWritten(line)).map((file) => `${ROOT}${file}`);
  try {
    await steps.step(
      'what kind would pull and provide is there',
      async () => {
        const taken = files.filter((file) => existsSync(file));
        expect(taken.length === 0, `${taken.join(', ')} would be overwritten`);
        await makeImages(cluster);
        await makeStandIns(cluster);
        await tag(cluster, PULLED);
        await cluster.apply([VOLUME]);
        return PULLED.map(([ours, name]) => `${name} is ${ours}`).join(', ');
      },
      { essential: true },
    );
    for (const command of commands)
      await steps.step(titleOf(command), () => follow(fixture, release, command), { essential: true });
  } finally {
    for (const file of files) rmSync(file, { force: true });
    await takeAway(fixture, release);
  }
}

function titleOf({ line }: Command): string {
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}

async function follow(fixture: Fixture, release: Release, { line }: Command): Promise<string | null> {
  const equivalent = equivalentOf(line);
  if (equivalent !== null) return `instead: ${await replace(fixture, release, equivalent)}`;
  const { status, stdout, stderr } = await fixture.cluster.inside(['bash', '-o', 'pipefail', '-c', line], {
    cwd: ROOT,
    timeoutMs: TIMEOUT_MS,
  });
  expect(status === 0, `status ${status}: ${`${stderr}\n${stdout}`.trim().slice(-1500)}`);
  const printed = PRINTED.find(([command]) => command.test(line))?.[1];
  expect(printed?.test(stdout) !== false, `expected ${String(printed)}: ${stdout.slice(-1500)}`);
  return null;
}

async function replace(fixture: Fixture, release: Release, equivalent: Equivalent): Promise<Equivalent> {
  switch (equivalent) {
    case 'the build is there':
    case 'the cluster is there':
    case 'images are made':
      break;
    case 'images are tagged':
      await tag(fixture.cluster, BUILT);
      break;
    case 'it is taken away':
      await takeAway(fixture, release);
      break;
    default:
      equivalent satisfies never;
  }
  return equivalent;
}

async function takeAway({ cluster }: Fixture, release: Release): Promise<void> {
  await cluster.kubectl(['delete', 'pod', 'client', '--ignore-not-found', '--now', '--timeout=60s']);
  await cluster.kubectl(['delete', 'namespace', 'models', '--ignore-not-found', '--timeout=170s'], {
    timeoutMs: 180_000,
  });
  await release.uninstall();
  await cluster.kubectl(['delete', 'namespace', NAMESPACES.system, '--ignore-not-found', '--timeout=170s'], {
    timeoutMs: 180_000,
  });
  await cluster.kubectl(['delete', 'persistentvolume', 'quickstart', '--ignore-not-found', '--timeout=60s']);
}
