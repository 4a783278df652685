import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from './cluster.ts';
import { POLICY, policyMap } from './release.ts';
import {
  attemptOne,
  chat,
  CLIENT,
  codeOf,
  NAMESPACES,
  podOf,
  SIDECAR,
  statusOf,
  told,
  webhookPods,
  type Fixture,
} from './fixture.ts';
import { must, run, until } from './shell.ts';
import { expect } from './steps.ts';
import { AUDIT } from './traffic.ts';

const GUARDED = `http://model.${NAMESPACES.guarded}:8000`;
const SIDECAR_PROGRAM = `${ROOT}sidecar/dist/main.js`;
const VERIFIER = `${ROOT}sidecar/dist/commands/audit/main.js`;
/** The kubelet updates the volume of a changed ConfigMap when it next syncs the pod, within a minute. */
const POLICY_SECONDS = 120;

/** Chapter: metrics and record of the traffic, and changes of policy. */
export async function auditAndPolicy(fixture: Fixture): Promise<void> {
  const { steps } = fixture;
  steps.chapter('Record, metrics, policy');
  await steps.step('metrics of sidecar and webhook pass promtool', () => metrics(fixture));
  await steps.step('the record verifies from a copy of its files', () => verifyFiles(fixture));
  await steps.step("the record verifies from a copy of the pod's log", () => verifyLog(fixture));
  await steps.step('a copy with one changed line does not', () => tampered(fixture));
  await steps.step('an invalid policy is refused by kubectl, with path and reason', () =>
    invalidPolicy(fixture),
  );
  await steps.step('a changed policy is live without a restart', () => policyChanges(fixture));
  await steps.step('a published policy that was changed by hand is repaired', () => repaired(fixture));
  await steps.step('a shadow refuses nothing, and its differences are in the record', () =>
    shadowed(fixture),
  );
  await steps.step(
    'a token of a service account verifies its caller, and one for the API server does not',
    () => callersVerified(fixture),
  );
}

async function sidecarOf(fixture: Fixture): Promise<readonly string[]> {
  return ['-n', NAMESPACES.guarded, await podOf(fixture, NAMESPACES.guarded, 'model'), '-c', SIDECAR];
}

async function metrics(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const sidecar = await cluster.get(
    'pod',
    await podOf(fixture, NAMESPACES.guarded, 'model'),
    NAMESPACES.guarded,
  );
  const [webhook] = await webhookPods(fixture);
  expect(webhook !== undefined, 'no webhook pod');
  const targets = [
    `http://${statusOf(sidecar).podIP ?? ''}:15430/metrics`,
    `http://${statusOf(webhook).podIP ?? ''}:8080/metrics`,
  ];
  const counted: string[] = [];
  for (const url of targets) {
    const { status, body } = await attemptOne(fixture, CLIENT, { kind: 'http', url });
    expect(status === 200, `${url}: status ${status}`);
    const checked = await cluster.inside(['promtool', 'check', 'metrics'], { input: body });
    // Status 3: style. promtool rejects the names of Node's own metrics; ours pass.
    expect(
      checked.status === 0 || checked.status === 3,
      `${url}: promtool ${checked.status}: ${checked.stderr.slice(0, 500)}`,
    );
    const ours = `${checked.stdout}${checked.stderr}`
      .split('\n')
      .filter((line) => line.includes('llm_boundary'));
    expect(ours.length === 0, `${url}: promtool: ${ours.join('; ').slice(0, 500)}`);
    counted.push(`${body.split('\n').filter((line) => line.startsWith('llm_boundary')).length} series`);
    const decisions = /^llm_boundary\w*decisions_total\{[^}]*\} ([1-9]\d*)/m.exec(body);
    expect(decisions !== null, `${url}: no decision was counted`);
  }
  return counted.join(', ');
}

function keyOf(log: string): string {
  const key = /"key":"([^"]+)"/.exec(log)?.[1];
  expect(key !== undefined, 'the log names no key of the record');
  return key;
}

async function verifyFiles(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const sidecar = await sidecarOf(fixture);
  const key = keyOf(await cluster.kubectl(['logs', ...sidecar]));
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-audit-'));
  try {
    const script = `for (const name of require('fs').readdirSync('${AUDIT}')) if (name.endsWith('.jsonl')) console.log(name + ' ' + require('fs').readFileSync('${AUDIT}/' + name, 'base64'))`;
    const copied = await cluster.kubectl(['exec', ...sidecar, '--', 'node', '-e', script]);
    for (const line of copied.trim().split('\n')) {
      const [name = '', content = ''] = line.split(' ');
      writeFileSync(join(folder, name), Buffer.from(content, 'base64'));
    }
    const said = await must(process.execPath, [VERIFIER, 'verify', folder, '--key', key, '--live']);
    return said.trim().split('\n')[0] ?? '';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the verifier on a copy of the pod's log, changed or not. */
async function verifyCopy(
  fixture: Fixture,
  change: (log: string) => string,
): Promise<{ status: number; text: string }> {
  const log = await fixture.cluster.kubectl(['logs', ...(await sidecarOf(fixture))]);
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-audit-'));
  try {
    const file = join(folder, 'pod.log');
    writeFileSync(file, change(log));
    const argv = [VERIFIER, 'verify', '--from-log', file, '--key', keyOf(log), '--live'];
    const { status, stdout, stderr } = await run(process.execPath, argv);
    return { status, text: `${stdout}${stderr}`.trim() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function verifyLog(fixture: Fixture): Promise<string> {
  const { status, text } = await verifyCopy(fixture, (log) => log);
  expect(status === 0, `status ${status}: ${text.slice(0, 500)}`);
  return text.split('\n')[0] ?? '';
}

async function tampered(fixture: Fixture): Promise<string> {
  const { status } = await verifyCopy(fixture, (log) =>
    // A line of the record: a log message of the sidecar with the same code may precede it.
    log.replace('{"code":"injection_detected","content"', '{"code":"injection_tolerated","content"'),
  );
  expect(status === 1, `expected status 1, got ${status}`);
  return 'status 1';
}

async function invalidPolicy({ cluster }: Fixture): Promise<string> {
  const wrong = policyMap({ ...POLICY, ingres: {} }, 'wrong');
  const { status, stderr } = await cluster.tryApply([wrong]);
  expect(status !== 0, 'it was admitted');
  expect(
    stderr.includes('ingres') && stderr.includes('llm-boundary'),
    `the refusal does not name the key: ${stderr.slice(0, 300)}`,
  );
  return 'the message names the key';
}

/** Guide: docs/guide/shadow.md. */
async function shadowed(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const question = chat(GUARDED, 'What is my salary?');
  const pod = await podOf(fixture, NAMESPACES.guarded, 'model');
  const rule = { id: 'no-salary', pattern: '(?i)\\bsalary\\b', roles: ['user'], action: 'block' };
  const live = (await cluster.get('configmap', 'default', NAMESPACES.system)).data?.['policy.yaml'] ?? '';
  const policy = JSON.parse(live) as object;
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-shadow-'));
  const file = join(folder, 'pod.log');
  try {
    await cluster.apply([
      policyMap({ ...POLICY, ingress: { rules: [rule] } }, 'default-next'),
      policyMap(policy, 'default', { 'llm-boundary.io/shadow': 'default-next' }),
    ]);
    const started = Date.now();
    const differences = await until(
      'the record has what the shadow would refuse',
      POLICY_SECONDS,
      async () => {
        await touch(fixture, pod);
        const outcome = await attemptOne(fixture, CLIENT, question);
        expect(outcome.status === 200, `the shadow has an effect: ${told(outcome)}`);
        writeFileSync(file, await cluster.kubectl(['logs', ...(await sidecarOf(fixture))]));
        const { stdout } = await run(process.execPath, [SIDECAR_PROGRAM, 'policy', 'diff', '--record', file]);
        return stdout.includes('would refuse: content_refused') ? stdout : null;
      },
      2000,
    );
    const took = Math.round((Date.now() - started) / 1000);
    return `${took} s after kubectl apply: ${differences.split('\n')[2]?.trim() ?? ''}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await cluster.apply([policyMap(policy)]);
    await cluster.kubectl(['delete', 'configmap', 'default-next', '-n', NAMESPACES.system]);
  }
}

/** Guide: docs/guide/callers.md. Without `require`, which would refuse the other callers of this policy. */
async function callersVerified(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const pod = await podOf(fixture, NAMESPACES.guarded, 'model');
  const live = (await cluster.get('configmap', 'default', NAMESPACES.system)).data?.['policy.yaml'] ?? '';
  const policy = JSON.parse(live) as object;
  /** What the record says of the caller with a token for the audience; null: of none. */
  const recorded = async (...audience: readonly string[]): Promise<string | null> => {
    const token = await cluster.kubectl([
      'create',
      'token',
      'default',
      '-n',
      NAMESPACES.clients,
      ...audience,
    ]);
    const outcome = await attemptOne(fixture, CLIENT, {
      kind: 'http',
      url: `${GUARDED}/v1/chat/completions`,
      body: { model: 'demo-agent', messages: [{ role: 'user', content: 'Where is order 8812?' }] },
      headers: { authorization: `Bearer ${token.trim()}` },
    });
    expect(outcome.status === 200, told(outcome));
    const id = outcome.headers['llm-boundary-decision'] ?? 'none';
    const log = await cluster.kubectl(['logs', ...(await sidecarOf(fixture))]);
    const line = log.split('\n').find((each) => each.includes('"caller":') && each.includes(id));
    expect(line !== undefined, `no record of ${id}`);
    return /"caller":\{[^}]*"via":"([^"]*)"/.exec(line)?.[1] ?? null;
  };
  try {
    await cluster.apply([
      policyMap({ ...policy, callers: { serviceAccounts: [{ audience: 'support-bot' }] } }),
    ]);
    const started = Date.now();
    const via = await until(
      'the record names the caller',
      POLICY_SECONDS,
      async () => {
        await touch(fixture, pod);
        return recorded('--audience', 'support-bot');
      },
      2000,
    );
    expect(via === 'service-account', `via ${via}`);
    expect((await recorded()) === null, 'a token for the API server verified its caller');
    return `${Math.round((Date.now() - started) / 1000)} s after kubectl apply`;
  } finally {
    await cluster.apply([policyMap(policy)]);
  }
}

/** Any change of a pod makes its kubelet look at the volumes of it, a minute before it would by itself. */
async function touch({ cluster }: Fixture, pod: string): Promise<void> {
  const touched = `example.com/touched=${Date.now()}`;
  await cluster
    .kubectl(['annotate', '--overwrite', 'pod', pod, '-n', NAMESPACES.guarded, touched])
    .catch(() => null);
}

async function restarts(fixture: Fixture): Promise<string> {
  const pods = await fixture.cluster.list('pods', NAMESPACES.guarded, 'app=model');
  return JSON.stringify(
    pods.map((pod) => [
      pod.metadata.name,
      ...[...(statusOf(pod).initContainerStatuses ?? []), ...(statusOf(pod).containerStatuses ?? [])].map(
        ({ restartCount }) => restartCount,
      ),
    ]),
  );
}

async function policyChanges(fixture: Fixture): Promise<string> {
  const question = chat(GUARDED, 'What is in the payroll?');
  const before = await attemptOne(fixture, CLIENT, question);
  expect(before.status === 200, `before the change: ${told(before)}`);
  const pods = await restarts(fixture);
  const rule = { id: 'no-payroll', pattern: '(?i)\\bpayroll\\b', roles: ['user'], action: 'block' };
  await fixture.cluster.apply([policyMap({ ...POLICY, ingress: { rules: [rule] } })]);
  const started = Date.now();
  await until(
    'the new rule refuses',
    POLICY_SECONDS,
    async () => {
      const outcome = await attemptOne(fixture, CLIENT, question);
      return codeOf(outcome) === 'content_refused' ? true : null;
    },
    2000,
  );
  expect((await restarts(fixture)) === pods, 'a container was restarted');
  return `${Math.round((Date.now() - started) / 1000)} s after kubectl apply`;
}

async function repaired(fixture: Fixture): Promise<null> {
  const { cluster } = fixture;
  const name = 'llm-boundary-policy-default';
  const good = (await cluster.get('configmap', name, NAMESPACES.guarded)).data?.['policy.yaml'];
  const patch = JSON.stringify({ data: { 'policy.yaml': 'version: 1' } });
  await cluster.kubectl(['patch', 'configmap', name, '-n', NAMESPACES.guarded, '--type=merge', '-p', patch]);
  await until('the published policy is as it was', 30, async () => {
    const now = (await cluster.get('configmap', name, NAMESPACES.guarded)).data?.['policy.yaml'];
    return now === good ? true : null;
  });
  return null;
}
