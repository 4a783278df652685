import { parseArgs } from 'node:util';

import { Creator, type Creation, type Depth } from './creation.ts';
import { ApiProxy } from './proxy.ts';
import { Counter, type Tally } from './tally.ts';

/**
 * Creates `--rate` pods a second until standard input ends or `--seconds` are over, and asks again for each that was refused, as controllers
 * do, with a delay that doubles. At most `--outstanding` pods are asked for at once, as a controller's workers are bounded too: a machine that
 * admits fewer than `--rate` pods a second is kept busy, and no backlog builds up that later steps would have to wait for.
 * A pod is stuck when none was admitted for `--patience` seconds after the last was first asked for. Runs where the cluster's kubectl works.
 * Prints one line of JSON. Bounded in count, time and connections.
 */
const { values } = parseArgs({
  options: {
    namespace: { type: 'string' },
    image: { type: 'string' },
    'pull-policy': { type: 'string', default: 'Never' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '120' },
    patience: { type: 'string', default: '90' },
    /** One of so many pods is kept in the API, and one of so many runs; the others are dry runs. */
    'kept-every': { type: 'string', default: '10' },
    'running-every': { type: 'string', default: '300' },
    outstanding: { type: 'string', default: '200' },
    connections: { type: 'string', default: '32' },
  },
});
const { namespace, image } = values;
if (namespace === undefined || image === undefined) throw new Error('--namespace and --image are needed');

const RETRY_MS = 1000;
const MAX_RETRY_MS = 8000;
const rate = Number(values.rate);
const outstanding = Number(values.outstanding);
const most = rate * Number(values.seconds);

function depthOf(index: number): Depth {
  if (index % Number(values['running-every']) === 0) return 'running';
  return index % Number(values['kept-every']) === 0 ? 'unscheduled' : 'dry-run';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const proxy = await ApiProxy.open();
const creator = new Creator(
  proxy.origin,
  { namespace, image, imagePullPolicy: values['pull-policy'] },
  Number(values.connections),
);
const counter = new Counter();
const stuck: string[] = [];
const started = performance.now();
const state = { ended: false, over: false, lastCame: Infinity };
process.stdin.on('end', () => (state.ended = true)).resume();
// Ended from outside; kubectl would go on, and hold its output open.
process.once('SIGTERM', () => {
  proxy.close();
  process.exit(143);
});

function isPatienceOver(): boolean {
  return state.over && performance.now() > state.lastCame + Number(values.patience) * 1000;
}

async function one(creation: Creation): Promise<void> {
  const asked = performance.now();
  for (let delay = RETRY_MS; ; delay = Math.min(2 * delay, MAX_RETRY_MS)) {
    const sent = performance.now();
    const answer = await creator.create(creation);
    counter.count(creation.name, answer, performance.now() - sent);
    if (answer.kind === 'injected' || answer.kind === 'bare') {
      if (state.over) state.lastCame = performance.now();
      break;
    }
    if (isPatienceOver()) {
      stuck.push(`${creation.name}: ${answer.kind === 'refused' ? answer.reason : answer.what}`);
      break;
    }
    await pause(delay);
  }
  counter.longestWaitMs = Math.max(counter.longestWaitMs, performance.now() - asked);
}

const pods = new Set<Promise<void>>();
let wanted = 0;
let due = started;
for (; wanted < most && !state.ended; wanted += 1) {
  const early = due - performance.now();
  if (early > 1) await pause(early);
  // What could not be asked for in time is not made up for: the rate is a limit.
  due = Math.max(due, performance.now() - 1000) + 1000 / rate;
  while (pods.size >= outstanding) await Promise.race(pods);
  const pod = one({ name: `storm-${wanted}`, depth: depthOf(wanted) }).finally(() => pods.delete(pod));
  pods.add(pod);
}
const seconds = (performance.now() - started) / 1000;
const { attempts, injected } = counter;
state.over = true;
state.lastCame = performance.now();
await Promise.all(pods);
await creator.close();
proxy.close();
const tally: Tally = {
  wanted,
  injected: counter.injected,
  bare: counter.bare,
  stuck,
  refusals: counter.refusals,
  unexplained: counter.unexplained,
  seconds: Math.round(seconds * 10) / 10,
  attemptsPerSecond: Math.round((attempts / seconds) * 10) / 10,
  admittedPerSecond: Math.round((injected / seconds) * 10) / 10,
  longestWait: Math.round(counter.longestWaitMs / 100) / 10,
  admitted: counter.latency(),
};
process.stdout.write(`${JSON.stringify(tally)}\n`);
