import { NodeReach } from './node-reach.ts';
import {
  attemptOne,
  chat,
  CLIENT,
  codeOf,
  isReady,
  NAMESPACES,
  podOf,
  ready,
  SIDECAR,
  statusOf,
  told,
  type Fixture,
} from './fixture.ts';
import type { KubeObject } from './cluster.ts';
import { pause, until } from './shell.ts';
import { expect } from './steps.ts';

const SIDECAR_UID = '15400';
/** Number of checks of a sidecar without rules, a second apart. */
const LOOKS = 10;

export async function rulesGone(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const node = new NodeReach(fixture);
  const before = await cluster.get('pod', 'probed', NAMESPACES.guarded);
  const sidecar = await node.pidOf(before, SIDECAR);
  await node.run(['nsenter', '-t', sidecar, '-n', 'nft', 'flush', 'ruleset']);
  await node.run(['kill', '-KILL', sidecar]);
  const url = `http://${statusOf(before).podIP ?? ''}:15430/readyz`;
  const says = async (): Promise<boolean> => {
    const { status, body } = await attemptOne(fixture, CLIENT, { kind: 'http', url });
    return status === 503 && body.includes('redirect is not in force');
  };
  const now = (): Promise<KubeObject> => cluster.get('pod', 'probed', NAMESPACES.guarded);
  await until('the sidecar runs again, and says why it is not ready', 60, async () => (await says()) || null);
  await until('the pod is not ready any more', 60, async () => (isReady(await now()) ? null : true));
  for (let look = 1; look <= LOOKS; look += 1) {
    await pause(1000);
    expect(await says(), `look ${look}: readyz does not say that redirect is not in force`);
    expect(!isReady(await now()), `look ${look}: the pod is ready without rules`);
  }
  await cluster.kubectl(['delete', 'pod', 'probed', '-n', NAMESPACES.guarded, '--now', '--timeout=60s']);
  return `${LOOKS} looks: not ready; readyz says: redirect is not in force`;
}

/** The largest file that the sidecar may write is set to what it has written: the same to it as a full disk. */
export async function noRecord(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const node = new NodeReach(fixture);
  const name = await podOf(fixture, NAMESPACES.guarded, 'model');
  const pid = await node.pidOf(await cluster.get('pod', name, NAMESPACES.guarded), SIDECAR);
  const question = chat(`http://model.${NAMESPACES.guarded}:8000`, 'Where is order 8812?');
  const before = await attemptOne(fixture, CLIENT, question);
  expect(before.status === 200, `before: ${told(before)}`);
  // Limits of another process can be set by its own user.
  const itself = ['setpriv', '--reuid', SIDECAR_UID, '--regid', SIDECAR_UID, '--clear-groups'];
  await node.run([...itself, 'prlimit', '--pid', pid, '--fsize=1:1']);
  const without = await attemptOne(fixture, CLIENT, question);
  // A sidecar that has lost its record refuses what is under way and ends; the agent's question may have come before this one.
  const ended = without.failure !== null;
  await until('the sidecar has said why, as an error', 90, async () => {
    // Logs of the current process, and of the previous one.
    const argv = ['logs', '-n', NAMESPACES.guarded, name, '-c', SIDECAR];
    const said = `${(await cluster.tryKubectl([...argv, '--previous'])).stdout}${await cluster.kubectl(argv)}`;
    const lines = said.split('\n').filter((line) => line.includes('EFBIG'));
    // The copy on standard output has a file of its own, whose fault is a warning.
    const error = lines.find((line) => line.includes('"level":"error"'));
    if (error === undefined && lines.length > 0)
      throw new Error(`no error, only: ${lines.join(' ').slice(0, 300)}`);
    return error ?? null;
  });
  expect(ended || (without.status === 503 && codeOf(without) === 'audit_unavailable'), told(without));
  await cluster.kubectl(['delete', 'pod', name, '-n', NAMESPACES.guarded, '--timeout=90s']);
  await ready(fixture, NAMESPACES.guarded, ['pod', '-l', 'app=model'], 90);
  return ended ? 'refused, and the sidecar starts anew' : '503 audit_unavailable';
}
