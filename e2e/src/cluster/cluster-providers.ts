import { spawn } from 'node:child_process';
import { join } from 'node:path';

import { ROOT } from './cluster.ts';
import type { Fixture } from './fixture.ts';
import { run, until, type Finished } from './shell.ts';
import { expect } from './steps.ts';

const CLUSTER = `${ROOT}e2e/hack/cluster/cluster.sh`;
const KIND = `${ROOT}e2e/hack/cluster/kind.sh`;
const REGISTRY = '127.0.0.1:5000';

/** Chapter: the other two cluster providers, as far as this machine supports them. */
export async function clusterProviders(fixture: Fixture): Promise<void> {
  const { steps } = fixture;
  steps.chapter('The other ways to a cluster');
  await steps.step(
    'kind: its command line takes what is asked of it, and a missing daemon is explained',
    () => kind(),
  );
  if (fixture.cluster.mode !== 'self') return;
  await steps.step('KUBECONFIG: one that does not answer is named, with the fix', () => silent());
  await steps.step('KUBECONFIG: without a way for images, the run says which there are', () =>
    noImages(fixture),
  );
  await steps.step('KUBECONFIG: images pushed to a registry, chart installed, traffic as everywhere', () =>
    registry(fixture),
  );
}

/** kind parses every command of the scripts; then it fails for lack of Docker only. */
async function kind(): Promise<string> {
  const docker = await run('docker', ['info']).catch(() => null);
  if (docker?.status === 0) return 'a Docker daemon answers: see the run with LLM_BOUNDARY_CLUSTER=kind';
  const kubeconfig = join(process.env['TMPDIR'] ?? '', 'kind.kubeconfig');
  const commands = [
    ['list'],
    ['create', 'llm-boundary-try', kubeconfig],
    ['export', 'llm-boundary-try', kubeconfig],
    ['load', 'llm-boundary-try', `${ROOT}package.json`],
    ['delete', 'llm-boundary-try', kubeconfig],
  ];
  for (const argv of commands) {
    const { status, stderr } = await run(KIND, argv);
    expect(status === 1, `kind.sh ${argv[0] ?? ''}: status ${status}: ${stderr.slice(0, 300)}`);
    expect(
      !/unknown (flag|command|shorthand)|accepts .* arg|required flag|Usage:/.test(stderr),
      `kind.sh ${argv[0] ?? ''}: kind does not understand it: ${stderr.slice(0, 500)}`,
    );
    expect(
      /docker/i.test(stderr.split('error: kind could not')[0] ?? '') &&
        stderr.includes("fix: kind needs a Docker daemon that answers 'docker info'"),
      `kind.sh ${argv[0] ?? ''}: the missing daemon is not explained: ${stderr.slice(0, 500)}`,
    );
  }
  const up = await run(CLUSTER, ['up'], { env: { ...elsewhere(), LLM_BOUNDARY_CLUSTER: 'kind' } });
  expect(up.status === 1 && /[Dd]ocker/.test(up.stderr), `cluster.sh up: ${up.stderr.slice(0, 300)}`);
  return `no Docker daemon here: ${commands.length} commands parsed by kind, none carried out`;
}

/** Separate from the cluster of this run. */
function elsewhere(): Readonly<Record<string, string>> {
  return {
    LLM_BOUNDARY_CLUSTER_DIR: join(process.env['TMPDIR'] ?? '', 'elsewhere'),
  };
}

async function silent(): Promise<null> {
  const { status, stderr } = await run(CLUSTER, ['up'], {
    env: { ...elsewhere(), LLM_BOUNDARY_CLUSTER: 'kubeconfig', KUBECONFIG: '/none/such' },
  });
  expect(
    status === 1 && stderr.includes('KUBECONFIG=/none/such does not answer') && stderr.includes('fix:'),
    stderr.slice(0, 500),
  );
  return null;
}

/** A separate run inside the self-built cluster, where its API server answers: for that run the cluster is named by KUBECONFIG. */
function runWithin({ cluster }: Fixture, images: string, only: string): Promise<Finished> {
  return cluster.inside(
    [
      'env',
      ...Object.entries(elsewhere()).map(([name, value]) => `${name}=${value}`),
      'LLM_BOUNDARY_CLUSTER=kubeconfig',
      `LLM_BOUNDARY_IMAGES=${images}`,
      process.execPath,
      `${ROOT}e2e/dist/cluster/main.js`,
      '--only',
      only,
    ],
    { timeoutMs: 900_000 },
  );
}

async function noImages(fixture: Fixture): Promise<null> {
  const { status, stdout } = await runWithin(fixture, '', 'installing');
  expect(
    status === 1 &&
      stdout.includes('set LLM_BOUNDARY_IMAGES to a registry') &&
      stdout.includes('"preloaded"'),
    stdout.slice(-1000),
  );
  return null;
}

/** A registry on the node's loopback, for containerd only. Owns the process. */
async function registry(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  await cluster.tools(['crane']);
  const store = spawn(CLUSTER, ['enter', 'crane', 'registry', 'serve', '--address', REGISTRY], {
    stdio: 'ignore',
  });
  try {
    await until('the registry answers', 30, async () => {
      const { status } = await cluster.inside(['curl', '-sf', `http://${REGISTRY}/v2/`]);
      return status === 0 ? true : null;
    });
    const { status, stdout, stderr } = await runWithin(fixture, `${REGISTRY}/boundary`, 'installing,traffic');
    const last = stdout.trim().split('\n').at(-1) ?? '';
    const failed = stdout.split('\n').filter((line) => line.includes('FAILED'));
    expect(
      status === 0,
      `status ${status}: ${last}: ${failed.join('; ').slice(0, 800)} ${stderr.slice(-300)}`,
    );
    return last;
  } finally {
    store.kill('SIGTERM');
  }
}
