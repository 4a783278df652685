import type { Attempt, CallOutcome } from '../workloads/caller.ts';
import { SCENARIOS } from '../demo/scenario.ts';
import {
  addressesOf,
  attempt,
  attemptOne,
  CLIENT,
  codeOf,
  NAMESPACES,
  told,
  type From,
  type Fixture,
} from './fixture.ts';
import { until } from './shell.ts';
import { expect } from './steps.ts';

const HOSTILE: From = { namespace: NAMESPACES.guarded, pod: 'redirected', container: 'hostile' };
const OUTSIDE_PORT = 8080;

function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** A prompt that only an unguarded model answers. */
function attack(address: string, port: number): Attempt {
  return {
    kind: 'http',
    url: `http://${host(address)}:${port}/v1/chat/completions`,
    body: { model: 'demo-agent', messages: SCENARIOS[0]?.messages ?? [] },
  };
}

/** Neither the model nor the external host has answered. */
function held(outcome: CallOutcome): boolean {
  return outcome.failure !== null || (outcome.status >= 400 && codeOf(outcome) !== null);
}

/** Chapter: attempts of a hostile container in the same pod. */
export async function bypasses(fixture: Fixture): Promise<void> {
  const { steps } = fixture;
  steps.chapter('Bypasses, from a hostile container of the same pod');
  await steps.step(
    'redirect: the model port by pod IP, loopback and IPv6 leads to the sidecar',
    () => inward(fixture),
    { attempts: [3, 8, 13] },
  );
  await steps.step(
    'the external host can be reached without a boundary: TCP, UDP and ping, both families',
    () => control(fixture),
  );
  await steps.step(
    'redirect: HTTP, bare TCP, UDP and ping to the outside reach no host, whatever annotations and variables say',
    () => outward(fixture, HOSTILE),
    { attempts: [3, 12, 13, 16] },
  );
  await steps.step(
    'redirect: an init container that ran before the model reached no host',
    () => early(fixture),
    { attempts: [9, 10] },
  );
  await steps.step(
    'redirect: root cannot take the UID of the sidecar, nor change its rules',
    () => root(fixture),
    { attempts: [2, 14] },
  );
  await steps.step(
    'redirect: a debug container that joined later reaches no host',
    () => joinedLater(fixture),
    {
      attempts: [15],
    },
  );
  await steps.step("redirect: the sidecar's own listeners give no way round", () => throughSidecar(fixture));
  await steps.step('takeover: the model port by pod IP leads to the sidecar, from inside and outside', () =>
    takenOver(fixture),
  );
  await steps.step('takeover: its documented limits are what they are', () => limits(fixture), {
    attempts: [17],
  });
}

async function inward(fixture: Fixture): Promise<string> {
  const { v4, v6 } = await addressesOf(fixture, HOSTILE.namespace, HOSTILE.pod);
  const addresses = [v4, '127.0.0.1', '127.8.9.10', 'localhost', ...(v6 === null ? [] : [v6, '::1'])];
  const outcomes = await attempt(
    fixture,
    HOSTILE,
    addresses.map((address) => attack(address, 8000)),
  );
  outcomes.forEach((outcome, index) => expect(held(outcome), `${addresses[index] ?? ''}: ${told(outcome)}`));
  const refused = outcomes.filter((outcome) => codeOf(outcome) === 'injection_detected').length;
  expect(refused > 0, `the sidecar has refused none of them: ${outcomes.map(told).join('; ')}`);
  return `${outcomes.length} addresses: ${refused} refused by the sidecar, ${outcomes.length - refused} closed`;
}

interface Way {
  readonly name: string;
  readonly attempt: Attempt;
}

async function waysOut(fixture: Fixture): Promise<readonly Way[]> {
  const { v4, v6 } = await addressesOf(fixture, NAMESPACES.clients, 'outside');
  const port = OUTSIDE_PORT;
  return [v4, ...(v6 === null ? [] : [v6])].flatMap((address): Way[] => [
    { name: `HTTP to ${address}`, attempt: { kind: 'http', url: `http://${host(address)}:${port}/` } },
    { name: `TCP to ${address}`, attempt: { kind: 'tcp', host: address, port } },
    { name: `UDP to ${address}`, attempt: { kind: 'udp', host: address, port } },
  ]);
}

/** Number of contacts that the external host has printed. */
async function reached({ cluster }: Fixture): Promise<number> {
  const log = await cluster.kubectl(['logs', '-n', NAMESPACES.clients, 'outside']);
  return log.split('\n').filter((line) => line.includes('"reached"')).length;
}

/** Whether the external host answers a ping, for each of its addresses. */
async function pings(fixture: Fixture, from: From): Promise<readonly boolean[]> {
  const { v4, v6 } = await addressesOf(fixture, NAMESPACES.clients, 'outside');
  const answered: boolean[] = [];
  for (const address of [v4, ...(v6 === null ? [] : [v6])]) {
    const exec = ['exec', '-n', from.namespace, from.pod, '-c', from.container, '--'];
    const { status } = await fixture.cluster.tryKubectl([
      ...[...exec, 'ping', '-c', '1', '-W', '2', address],
    ]);
    answered.push(status === 0);
  }
  return answered;
}

async function control(fixture: Fixture): Promise<string> {
  const ways = await waysOut(fixture);
  const outcomes = await attempt(
    fixture,
    CLIENT,
    ways.map((way) => way.attempt),
  );
  outcomes.forEach((outcome, index) =>
    expect(outcome.failure === null && outcome.body !== '', `${ways[index]?.name ?? ''}: ${told(outcome)}`),
  );
  const answered = await pings(fixture, CLIENT);
  expect(answered.every(Boolean), `ping: ${answered.join(', ')}: what it cannot do, it cannot prove`);
  return `${ways.length} ways, ${answered.length} pings`;
}

/** Its attempts preceded every container of the pod; the external host was running. */
async function early(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const log = await cluster.kubectl(['logs', '-n', HOSTILE.namespace, HOSTILE.pod, '-c', 'early']);
  const outcomes = JSON.parse(log) as readonly CallOutcome[];
  expect(outcomes.length === 3, `${outcomes.length} outcomes`);
  // A refusal names the host; an answer of the external host has no code.
  outcomes.forEach((outcome) =>
    expect(
      codeOf(outcome) === 'host_not_allowed' || !outcome.body.includes('outside'),
      `the external host was reached: ${told(outcome)}`,
    ),
  );
  return outcomes.map(told).join('; ');
}

async function joinedLater(fixture: Fixture): Promise<null> {
  const { cluster } = fixture;
  const from = { ...HOSTILE, container: 'debug' };
  await until('the debug container runs', 60, async () => {
    const { status } = await cluster.tryKubectl([
      ...['exec', '-n', from.namespace, from.pod, '-c', from.container, '--', 'node', '-v'],
    ]);
    return status === 0 ? true : null;
  });
  await outward(fixture, from);
  return null;
}

async function outward(fixture: Fixture, from: From): Promise<string> {
  const ways = await waysOut(fixture);
  const before = await reached(fixture);
  const outcomes = await attempt(
    fixture,
    from,
    ways.map((way) => way.attempt),
  );
  const after = await reached(fixture);
  expect(
    after === before,
    `the external host was reached ${after - before} times: ${outcomes.map(told).join('; ')}`,
  );
  outcomes.forEach((outcome, index) =>
    expect(!outcome.body.includes('outside'), `${ways[index]?.name ?? ''}: ${told(outcome)}`),
  );
  const answered = await pings(fixture, from);
  expect(!answered.some(Boolean), `ping was answered: ${answered.join(', ')}`);
  return `${ways.length} ways, ${answered.length} pings`;
}

async function root(fixture: Fixture): Promise<null> {
  const argv = ['exec', '-n', HOSTILE.namespace, HOSTILE.pod, '-c', 'hostile-root', '--', 'node', '-e'];
  const uid =
    "try { process.setuid(15400); console.log('taken'); } catch (error) { console.log(error.code); }";
  const became = await fixture.cluster.kubectl([...argv, uid]);
  expect(became.trim() === 'EPERM', `setuid(15400): ${became.trim()}`);
  const status = await fixture.cluster.kubectl([
    ...argv,
    "console.log(require('fs').readFileSync('/proc/self/status', 'utf8'))",
  ]);
  const effective = BigInt(`0x${/CapEff:\s*([0-9a-f]+)/.exec(status)?.[1] ?? 'ffffffffffffffff'}`);
  // CAP_SETUID, CAP_SETPCAP, CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_SETFCAP.
  const strong = [7n, 8n, 12n, 13n, 19n, 21n, 31n].filter((bit) => (effective >> bit) & 1n);
  expect(strong.length === 0, `root has capabilities ${strong.join(', ')}`);
  await outward(fixture, { ...HOSTILE, container: 'hostile-root' });
  return null;
}

async function throughSidecar(fixture: Fixture): Promise<null> {
  const { v4 } = await addressesOf(fixture, NAMESPACES.clients, 'outside');
  const before = await reached(fixture);
  const via = (url: string, name: string): Attempt => ({ kind: 'http', url, headers: { host: name } });
  const outcomes = await attempt(fixture, HOSTILE, [
    via('http://127.0.0.1:15420/', `${v4}:${OUTSIDE_PORT}`),
    via(`http://127.0.0.1:15420/http://${v4}:${OUTSIDE_PORT}/`, 'model:8000'),
    via('http://127.0.0.1:15420/', '127.0.0.1:8000'),
    attack('127.0.0.1', 15410),
    { kind: 'http', url: 'http://127.0.0.1:15430/policy', method: 'POST', body: {} },
  ]);
  outcomes.forEach((outcome, index) =>
    expect(outcome.status >= 400 || outcome.failure !== null, `attempt ${index + 1}: ${told(outcome)}`),
  );
  expect((await reached(fixture)) === before, 'the external host was reached');
  return null;
}

const TAKEN: From = { namespace: NAMESPACES.guarded, pod: 'taken-over', container: 'hostile' };

async function takenOver(fixture: Fixture): Promise<null> {
  const { v4 } = await addressesOf(fixture, TAKEN.namespace, TAKEN.pod);
  for (const from of [CLIENT, TAKEN]) {
    const outcome = await attemptOne(fixture, from, attack(v4, 8000));
    expect(codeOf(outcome) === 'injection_detected', `from ${from.pod}: ${told(outcome)}`);
  }
  const moved = await attemptOne(fixture, CLIENT, attack(v4, 15440));
  expect(moved.failure !== null, `the moved port is open to other pods: ${told(moved)}`);
  return null;
}

/** The documented limits of takeover, which the table in the documentation lists. */
async function limits(fixture: Fixture): Promise<string> {
  const loopback = await attemptOne(fixture, TAKEN, attack('127.0.0.1', 15440));
  expect(loopback.status === 200, `a neighbour could always dial the moved port: ${told(loopback)}`);
  const [way] = await waysOut(fixture);
  expect(way !== undefined, 'no way out');
  const out = await attemptOne(fixture, TAKEN, way.attempt);
  expect(out.status === 200, `it could always dial out by itself: ${told(out)}`);
  return 'a neighbour reaches the moved port, and dials out: NetworkPolicy and redirect stop that';
}
