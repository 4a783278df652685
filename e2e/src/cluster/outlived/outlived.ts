import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT, type KubeObject } from '../cluster.ts';
import {
  attemptOne,
  codeOf,
  isReady,
  NAMESPACES,
  SIDECAR,
  told,
  WORKLOAD,
  type Fixture,
} from '../fixture.ts';
import { NodeReach } from '../node-reach.ts';
import { POLICY, policyMap, type Release } from '../release.ts';
import { run, until, type Finished } from '../shell.ts';
import { expect } from '../steps.ts';
import { CollectorPod, ENDPOINT } from './collector.ts';
import { floodOfRefusals, refusalEvent } from './events.ts';
import { SteadyTraffic } from './traffic.ts';

const APP = 'recorded';
const AUDIT = `${ROOT}sidecar/dist/commands/audit/main.js`;
const REFUSED_HOST = 'outside.e2e-clients';
const ANCHOR = 'deployment/llm-boundary-anchor';
/** Answers between two faults. */
const ANSWERS = 60;
/** Two at first, one for the deleted pod, two after the drain, one for the pod deleted by force. */
const PODS = 6;
/** `unclear`: a pod that was deleted by force may have had no time to seal its log. */
const VERDICT = /\): (complete|unclear)/;

const RECORD_POLICY = policyMap(
  {
    ...POLICY,
    audit: { required: true, sinks: ['file', { otlp: { endpoint: ENDPOINT, required: true } }] },
  },
  APP,
);

const labels = { app: APP };
const WORKLOADS = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: APP, namespace: NAMESPACES.guarded },
    spec: { selector: labels, ports: [{ port: 8000 }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: APP, namespace: NAMESPACES.guarded },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, annotations: { 'llm-boundary.io/policy': APP } },
        spec: {
          terminationGracePeriodSeconds: 20,
          containers: [
            {
              name: 'model',
              ...WORKLOAD,
              command: ['node', '/app/demo/agent.js'],
              ports: [{ containerPort: 8000 }],
              readinessProbe: { httpGet: { path: '/health', port: 8000 }, periodSeconds: 2 },
              securityContext: { runAsUser: 1000 },
            },
          ],
        },
      },
    },
  },
];

/** What is left once the pods are gone. */
interface Evidence {
  /** With `record.jsonl` of the collector and `fleet.log` of the anchor. */
  readonly folder: string;
  readonly key: string;
  readonly acknowledged: readonly string[];
}

/** Chapter: a fleet whose pods come and go in traffic, told from the collector's file and the fleet log alone. */
export async function outlived(fixture: Fixture, release: Release): Promise<void> {
  const { steps } = fixture;
  steps.chapter('Evidence that outlives its pods');
  const collector = new CollectorPod(fixture);
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-outlived-'));
  try {
    await steps.step('a collector, an anchor, and two pods that send their record', () =>
      start(fixture, release, collector),
    );
    let refused = '';
    await steps.step('a request to a host that no policy lists is refused', async () => {
      refused = await hostRefused(fixture);
      return refused;
    });
    await steps.step('kubectl get events: the first refusal of a rule, on the pod', () =>
      refusalEvent(fixture, refused),
    );
    await steps.step('a flood of refusals by one rule is one Event with a count', () =>
      floodOfRefusals(fixture, refused, REFUSED_HOST),
    );
    const acknowledged = await faults(fixture, collector);
    let key = '';
    await steps.step('the pods are deleted, and what was kept of them is fetched', async () => {
      key = await fetchEvidence(fixture, collector, folder);
      return null;
    });
    await questions(fixture, { folder, key, acknowledged });
  } finally {
    await steps.step('all of it is taken away', () => clear(fixture, release, collector));
    rmSync(folder, { recursive: true, force: true });
  }
}

function pods({ cluster }: Fixture): Promise<readonly KubeObject[]> {
  return cluster.list('pods', NAMESPACES.guarded, `app=${APP}`);
}

async function oneOf(fixture: Fixture): Promise<KubeObject> {
  const living = (await pods(fixture)).find(
    (pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined,
  );
  expect(living !== undefined, 'no pod is ready');
  return living;
}

async function start(fixture: Fixture, release: Release, collector: CollectorPod): Promise<null> {
  const { cluster } = fixture;
  await collector.image();
  await collector.start();
  const volume = { kind: 'disk', size: '1Gi' };
  await release.deploy(POLICY, { anchor: { enabled: true, volume, limitMebibytes: 512 } });
  await cluster.apply([RECORD_POLICY]);
  await cluster.apply(WORKLOADS);
  await settled(fixture);
  return null;
}

/** Both replicas are ready, whatever became of their pods before. */
async function settled({ cluster }: Fixture): Promise<void> {
  const rollout = ['rollout', 'status', `deployment/${APP}`, '-n', NAMESPACES.guarded, '--timeout=170s'];
  await cluster.kubectl(rollout, { timeoutMs: 180_000 });
}

async function hostRefused(fixture: Fixture): Promise<string> {
  const { name } = (await oneOf(fixture)).metadata;
  const from = { namespace: NAMESPACES.guarded, pod: name, container: 'model' };
  const outcome = await attemptOne(fixture, from, { kind: 'http', url: `http://${REFUSED_HOST}:8080/` });
  expect(outcome.status === 403 && codeOf(outcome) === 'host_not_allowed', told(outcome));
  return name;
}

/** @returns the decision IDs of all exchanges that were answered in whole */
async function faults(fixture: Fixture, collector: CollectorPod): Promise<readonly string[]> {
  const traffic = new SteadyTraffic(fixture, `http://${APP}.${NAMESPACES.guarded}:8000`);
  try {
    for (const [name, fault] of faultsOf(fixture, collector)) {
      await fixture.steps.step(`in traffic: ${name}`, async () => {
        const enough = traffic.acknowledged.length + ANSWERS;
        await until(`${ANSWERS} answers`, 120, () =>
          Promise.resolve(traffic.acknowledged.length >= enough ? true : null),
        );
        await fault();
        await settled(fixture);
        return null;
      });
    }
  } finally {
    await traffic.end();
  }
  return traffic.acknowledged;
}

function faultsOf(
  fixture: Fixture,
  collector: CollectorPod,
): readonly (readonly [string, () => Promise<unknown>])[] {
  const { cluster } = fixture;
  const removed =
    (...more: readonly string[]) =>
    async () =>
      cluster.kubectl([
        'delete',
        'pod',
        (await oneOf(fixture)).metadata.name,
        '-n',
        NAMESPACES.guarded,
        ...more,
      ]);
  const node = new NodeReach(fixture);
  const kill = async (): Promise<void> => {
    await node.run(['kill', '-KILL', await node.pidOf(await oneOf(fixture), SIDECAR)]);
  };
  const drain = async (): Promise<void> => {
    const { nodeName } = (await oneOf(fixture)).spec ?? {};
    const chosen = ['--pod-selector', `app=${APP}`, '--delete-emptydir-data', '--timeout=100s'];
    try {
      await cluster.kubectl(['drain', String(nodeName), ...chosen]);
    } finally {
      await cluster.kubectl(['uncordon', String(nodeName)]);
    }
  };
  return [
    ['a pod is deleted', removed()],
    ...(NodeReach.possible(fixture)
      ? ([
          ['a sidecar is killed', kill],
          ['the collector is killed', () => collector.kill()],
        ] as const)
      : []),
    ['the node is drained', drain],
    ['a pod is deleted by force', removed('--grace-period=0', '--force')],
  ];
}

/** Writes `record.jsonl` of the collector and `fleet.log` of the anchor. @returns the anchor's key */
async function fetchEvidence(fixture: Fixture, collector: CollectorPod, folder: string): Promise<string> {
  const { cluster } = fixture;
  await cluster.kubectl(['delete', 'deployment', APP, '-n', NAMESPACES.guarded]);
  await until('no pod is left', 100, async () => ((await pods(fixture)).length === 0 ? true : null));
  writeFileSync(join(folder, 'record.jsonl'), await collector.received());
  const log = await cluster.kubectl(['logs', '-n', NAMESPACES.system, ANCHOR, '--tail=-1']);
  writeFileSync(join(folder, 'fleet.log'), log);
  const opened = log.split('\n').find((line) => line.includes('"msg":"fleet log opened"'));
  const { key = '' } = JSON.parse(opened ?? '{}') as { readonly key?: string };
  expect(key !== '', 'the anchor has logged no key');
  return key;
}

/** The commands of the guide (docs/guide/audit.md). */
async function questions({ steps }: Fixture, { folder, key, acknowledged }: Evidence): Promise<void> {
  const audit = (...argv: readonly string[]): Promise<Finished> =>
    run(process.execPath, [AUDIT, ...argv], { cwd: folder });
  const verify = (evidence: string): Promise<Finished> =>
    audit('verify', evidence, '--fleet-log', 'fleet.log', '--anchor-key', key, '--from', '1d', '--live');
  await steps.step('every answered exchange is in the record', async () => {
    const { stdout } = await audit('export', 'record.jsonl', '--format', 'jsonl');
    const absent = acknowledged.filter((id) => !stdout.includes(id));
    expect(absent.length === 0, `${absent.length} of ${acknowledged.length} are absent: ${absent[0] ?? ''}`);
    return `${acknowledged.length} exchanges`;
  });
  await steps.step('is anything missing? the record verifies with the fleet log', async () => {
    const { stdout } = await verify('record.jsonl');
    // The other pods of the namespace began before the anchor, or send their record nowhere.
    const ours = stdout.split('\n').filter((line) => line.includes(`/${APP}-`));
    const found = ours.filter((line) => VERDICT.test(line));
    expect(found.length >= PODS, `${found.length} pods: ${stdout.slice(0, 1500)}`);
    const bad = ours.filter((line) => /missing|tampered/.test(line));
    expect(bad.length === 0, bad.join('\n').slice(0, 1500));
    return `${found.length} pods`;
  });
  await steps.step('a pod whose log never came is named as missing', async () => {
    const lines = readFileSync(join(folder, 'record.jsonl'), 'utf8').split('\n');
    const name = /"k8s.pod.name","value":\{"stringValue":"([^"]+)"/.exec(lines[0] ?? '')?.[1] ?? '';
    expect(name.startsWith(APP), `the first line names no pod: ${lines[0]?.slice(0, 300) ?? ''}`);
    writeFileSync(join(folder, 'without.jsonl'), lines.filter((line) => !line.includes(name)).join('\n'));
    const { status, stdout } = await verify('without.jsonl');
    expect(status === 3 && stdout.includes(name), `status ${status}: ${stdout.slice(-1000)}`);
    return name;
  });
  await steps.step('why was it decided so? for an answered exchange', async () => {
    const [id = ''] = acknowledged;
    const { status, stdout, stderr } = await audit('why', id, 'record.jsonl', 'fleet.log');
    expect(
      status === 0 && stdout.includes('Reached the caller: the reply'),
      `${stdout}${stderr}`.slice(0, 1000),
    );
    expect(
      stdout.includes(`of Deployment ${APP}, by the anchor`),
      `it does not name the controller: ${stdout.slice(0, 1000)}`,
    );
    return null;
  });
  await steps.step('did anything leave for a host?', async () => {
    const shown = await audit('show', 'record.jsonl', '--host', REFUSED_HOST, '--from', '30d');
    expect(
      shown.status === 0 && shown.stdout.includes('host_not_allowed'),
      `${shown.stdout}${shown.stderr}`.slice(0, 500),
    );
    const none = await audit('show', 'record.jsonl', '--host', 'files.example.com', '--from', '30d');
    expect(none.status === 3 && none.stdout === '', `status ${none.status}: ${none.stdout.slice(0, 300)}`);
    return null;
  });
}

async function clear(fixture: Fixture, release: Release, collector: CollectorPod): Promise<null> {
  const { cluster } = fixture;
  const quiet = ['delete', '--ignore-not-found'];
  await cluster.kubectl([...quiet, '-n', NAMESPACES.guarded, `deployment/${APP}`, `service/${APP}`]);
  await cluster.kubectl([...quiet, '-n', NAMESPACES.system, `configmap/${APP}`]);
  await collector.remove();
  await release.deploy();
  return null;
}
