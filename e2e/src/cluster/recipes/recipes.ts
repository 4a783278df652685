import { existsSync, readFileSync, rmSync } from 'node:fs';

import { ROOT } from '../cluster.ts';
import { isInjected, NAMESPACES, ready, SIDECAR, type Fixture } from '../fixture.ts';
import { makeImages } from '../images.ts';
import type { Release } from '../release.ts';
import { until } from '../shell.ts';
import { expect } from '../steps.ts';
import { filesWritten } from '../quickstart/page.ts';
import { internet, INTERNET_IP, INTERNET_NAMES, kserveObjects, MARKED, prerequisites } from './objects.ts';
import { commandsFor, RECIPE_NAMESPACES, RECIPES, type Recipe } from './page.ts';
import { seen, type Watching } from './seen.ts';
import { makeStandIns, makeTrust } from './stand-ins.ts';
import { operate, TRIES, type Try } from './tries.ts';

const READY_S = 240;
/** A change of a ConfigMap reaches a sidecar within a minute or two. */
const POLICY_S = 150;
/** What is applied once the others are there, since it asks one of them at once. */
const LAST = 'batch-job';
const FILES = RECIPES.flatMap(commandsFor)
  .flatMap(filesWritten)
  .map((file) => `${ROOT}${file}`);

/** Deployments and StatefulSets of the manifests, and of KServe's controller. */
const SERVED: readonly (readonly [namespace: string, what: string])[] = [
  ['models', 'deployment/vllm'],
  ['models', 'deployment/ollama'],
  ['models', 'deployment/llama3-predictor'],
  ['rag', 'deployment/rag-bot'],
  ['rag', 'statefulset/qdrant'],
  ['agents', 'deployment/desk'],
  ['agents', 'statefulset/postgres'],
  ['agents', 'deployment/redis'],
  ['default', 'deployment/ops-agent'],
  ['tools', 'deployment/kubernetes-mcp'],
];

/** Tools of the recipes that stand on vLLM: its own list has to have them before it enforces, as the page says. */
const TOOLS_OF_OTHERS =
  '{ name: open_ticket }, { name: get_order }, { name: get_reviews }, { name: refund_order }, ' +
  '{ name: pods_list_in_namespace }, { name: pods_log }, { name: pods_delete }';

/** Chapter: the cookbook's commands for each workload, on stand-ins of the images; what its policy sees, and what it refuses. */
export async function recipes(fixture: Fixture, release: Release): Promise<void> {
  const { cluster, steps } = fixture;
  if (cluster.mode !== 'self') return;
  steps.chapter('The cookbook');
  const watching: Watching = await seen(fixture);
  try {
    await steps.step(
      'what the recipes stand on is there: images, storage, Secrets, a world outside',
      () => prepare(fixture, release, watching),
      { essential: true },
    );
    await steps.step('the commands of the page, for each recipe', () => applyAll(fixture));
    await steps.step('each workload becomes ready, with a sidecar where its label is', () =>
      allReady(fixture),
    );
    await inTurn(fixture, 'observe', (each) => observing(fixture, each));
    await watching.steps();
    await steps.step('each policy is changed to enforce, as the page says', () => enforceAll(fixture));
    await inTurn(fixture, 'enforce', (each) => enforcing(fixture, each));
    await steps.step(
      'mcp-agent: at the server too, another namespace is refused and other tools are not listed',
      () => atTheServer(fixture),
    );
  } finally {
    watching.end();
    for (const file of FILES) rmSync(file, { force: true });
    await steps.step('the recipes are taken away', () => takeAway(fixture, release));
  }
}

/** One by one: where all are tried at once on two cores, probes and connections end by their time limits, and a Service has no pod. */
async function inTurn(fixture: Fixture, mode: string, trial: (each: Try) => Promise<string>): Promise<void> {
  for (const each of TRIES) await fixture.steps.step(`${each.recipe}, ${mode}`, () => trial(each));
}

async function prepare(fixture: Fixture, release: Release, watching: Watching): Promise<string> {
  const { cluster } = fixture;
  const taken = FILES.filter((file) => existsSync(file));
  expect(taken.length === 0, `${taken.join(', ')} would be overwritten`);
  await cluster.apply(prerequisites());
  await gpus(fixture, '2');
  await makeImages(cluster);
  const names = await makeStandIns(cluster);
  const { certificate, key } = await makeTrust(cluster);
  await cluster.apply(internet(certificate, key));
  await hosts(fixture, true);
  await watching.start(release);
  await ready(fixture, 'tools', ['pod/internet'], 60);
  return `one image under ${names} names`;
}

/** What the node says that it has, for the scheduler alone. Null: none. */
async function gpus({ cluster }: Fixture, count: string | null): Promise<void> {
  const [node = ''] = (await cluster.kubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n');
  const resources = { 'nvidia.com/gpu': count };
  const patch = JSON.stringify({ status: { capacity: resources, allocatable: resources } });
  await cluster.kubectl(['patch', node, '--subresource=status', '--type=merge', `-p=${patch}`]);
}

const HOSTS = `${INTERNET_IP} ${INTERNET_NAMES.join(' ')}\n`;

/** Names of the world outside, at the cluster's DNS. */
async function hosts({ cluster }: Fixture, there: boolean): Promise<void> {
  const { data = {} } = await cluster.get('configmap', 'coredns', 'kube-system');
  const without = (data['hosts'] ?? '').replace(HOSTS, '');
  const patch = JSON.stringify({ data: { hosts: there ? `${without}${HOSTS}` : without } });
  await cluster.kubectl(['patch', '-n', 'kube-system', 'configmap/coredns', '--type=merge', `-p=${patch}`]);
  if (!there) return;
  await until('the DNS knows the world outside', 90, async () => {
    const { stdout } = await cluster.inside([
      ...['busybox', 'nslookup', '-type=a', INTERNET_NAMES[0], '10.96.0.10'],
    ]);
    return stdout.includes(INTERNET_IP) ? true : null;
  });
}

async function applyAll(fixture: Fixture): Promise<string> {
  const first = RECIPES.filter(({ name }) => name !== LAST);
  await Promise.all(first.map((recipe) => follow(fixture, recipe)));
  const service = await fixture.cluster.get('inferenceservice', 'llama3', 'models');
  await fixture.cluster.apply(kserveObjects(service));
  return `${RECIPES.length} recipes`;
}

/** The page's commands for a recipe, as they stand. */
async function follow({ cluster }: Fixture, recipe: Recipe): Promise<void> {
  for (const line of commandsFor(recipe)) {
    const { status, stdout, stderr } = await cluster.inside(['bash', '-o', 'pipefail', '-c', line], {
      cwd: ROOT,
      timeoutMs: 180_000,
    });
    expect(status === 0, `${line}: status ${status}: ${`${stderr}\n${stdout}`.trim().slice(-1000)}`);
    if (line.includes('policy check'))
      expect(stdout.includes('mode: observe'), `${line}: ${stdout.slice(-500)}`);
  }
}

async function allReady(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  await Promise.all(
    SERVED.map(([namespace, what]) =>
      cluster.kubectl(['rollout', 'status', '-n', namespace, what, `--timeout=${READY_S}s`], {
        timeoutMs: (READY_S + 10) * 1000,
      }),
    ),
  );
  for (const recipe of RECIPES.filter(({ name }) => name === LAST)) await follow(fixture, recipe);
  let injected = 0;
  for (const namespace of [...RECIPE_NAMESPACES, 'default'])
    for (const pod of await cluster.list('pods', namespace)) {
      const isLabelled = pod.metadata.labels?.['llm-boundary.io/inject'] === 'true';
      expect(
        isInjected(pod) === isLabelled,
        `${namespace}/${pod.metadata.name}: injected ${isInjected(pod)}`,
      );
      if (isLabelled) injected += 1;
    }
  return `${injected} pods with a sidecar`;
}

function namespaceOf({ recipe }: Try): string {
  return RECIPES.find(({ name }) => name === recipe)?.namespace ?? '';
}

interface RecordLine {
  readonly verdict?: string;
  readonly code?: string | null;
  readonly hits?: readonly { readonly code: string; readonly mode: string; readonly rule: string }[];
}

/** Lines of the records that the sidecars of a recipe's pods have printed. */
async function recorded({ cluster }: Fixture, each: Try): Promise<readonly RecordLine[]> {
  const chosen = ['-l', `app=${each.app}`, '-c', SIDECAR, '--tail=-1', '--ignore-errors'];
  const log = await cluster.kubectl(['logs', '-n', namespaceOf(each), ...chosen]);
  return log
    .split('\n')
    .filter((line) => line.includes('"verdict":'))
    .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as RecordLine);
}

/** The rule that would have refused the attack. Null: no line has it. */
function observedRule(lines: readonly RecordLine[], { refused, rules }: Try): string | null {
  const would = lines
    .flatMap(({ hits = [] }) => hits)
    .filter(({ code, mode }) => mode === 'observe' && code === refused);
  return would.find(({ rule }) => rules.includes(rule))?.rule ?? null;
}

/** The rule that has refused the attack, or the code of a refusal that has no rule, as that of an endpoint. Null: no line has it. */
function enforcedRule(lines: readonly RecordLine[], { refused, rules }: Try): string | null {
  const blocks = lines.filter(({ verdict, code }) => verdict === 'block' && code === refused);
  const hit = blocks.flatMap(({ hits = [] }) => hits).find(({ rule }) => rules.includes(rule));
  return hit?.rule ?? blocks.find(({ hits = [] }) => hits.length === 0)?.code ?? null;
}

function ruleOf(fixture: Fixture, each: Try, rule: typeof observedRule): Promise<string> {
  return until(`a record of ${each.rules.join(' or ')}`, 30, async () =>
    rule(await recorded(fixture, each), each),
  );
}

async function observing(fixture: Fixture, each: Try): Promise<string> {
  await each.benign(fixture);
  const code = await each.attack(fixture);
  expect(code === null, `the attack is refused: ${code ?? ''}`);
  return `the attack passes, and the record has ${await ruleOf(fixture, each, observedRule)}`;
}

async function enforceAll({ cluster }: Fixture): Promise<null> {
  await Promise.all(
    RECIPES.map(async ({ name }) => {
      const policy = readFileSync(`${ROOT}${name}-policy.yaml`, 'utf8').replace(
        'mode: observe',
        'mode: enforce',
      );
      const changed = name === 'vllm' ? policy.replace('tools: []', `tools: [${TOOLS_OF_OTHERS}]`) : policy;
      expect(name !== 'vllm' || changed !== policy, 'the policy of vLLM has another list of tools');
      await cluster.apply(changed);
    }),
  );
  return null;
}

async function enforcing(fixture: Fixture, each: Try): Promise<string> {
  const shown = each.shown ?? each.refused;
  await until(
    `the attack is refused with ${shown}`,
    POLICY_S,
    async () => {
      const code = await each.attack(fixture);
      if (code === shown) return true;
      throw new Error(code === null ? 'it passes' : `refused with ${code}`);
    },
    3000,
  );
  const rule = await ruleOf(fixture, each, enforcedRule);
  await each.benign(fixture);
  return `the client has ${shown}, and the record ${rule}`;
}

async function atTheServer(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const log = await cluster.kubectl(['get', 'pod', 'db-0', '-n', 'shop', '-o', 'name']);
  expect(log.includes('db-0'), 'the pod that the log asked to delete is gone');
  const { error } = await operate(
    fixture,
    '',
    'pods_delete',
    JSON.stringify({ namespace: 'kube-system', name: 'x' }),
  );
  expect(
    error?.includes('tool') === true && !error.includes('status'),
    `a call past the model: ${error ?? 'passed'}`,
  );
  const { offered } = await operate(fixture, 'Nothing.');
  const listed = [...(offered ?? [])].sort().join(', ');
  expect(listed === 'pods_delete, pods_list_in_namespace, pods_log', `listed: ${listed}`);
  return error;
}

async function takeAway(fixture: Fixture, release: Release): Promise<null> {
  const { cluster } = fixture;
  const quiet = ['delete', '--ignore-not-found', '--timeout=170s'];
  const options = { timeoutMs: 180_000 };
  const policies = RECIPES.map(({ name }) => name);
  await Promise.all([
    cluster.kubectl([...quiet, 'namespace', ...RECIPE_NAMESPACES], options),
    cluster.kubectl([...quiet, '-n', 'default', 'deployment', 'ops-agent'], options),
    cluster.kubectl([...quiet, '-n', NAMESPACES.system, 'configmap', ...policies], options),
    hosts(fixture, false),
    release.deploy(),
  ]);
  const kinds = ['persistentvolume', 'crd', 'mutatingadmissionpolicybinding', 'mutatingadmissionpolicy'];
  for (const kind of kinds) await cluster.kubectl([...quiet, kind, '-l', MARKED], options);
  await gpus(fixture, null);
  return null;
}
