import { parseArgs } from 'node:util';

import { Creator, type Creation, type Depth } from './creation.ts';
import { ApiProxy } from './proxy.ts';
import { Counter, type Tally } from './tally.ts';

/**
 * Creates `--rate` pods a second until standard input ends or `--seconds` are over, whatever becomes of them, and asks again for each that
 * was refused, as controllers do, with a delay that doubles. A pod is stuck when `--patience` seconds have gone by since the end in which not one
 * came: a slow machine takes longer for all of them, a boundary that refuses for good lets none through. Runs where the cluster's kubectl works.
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
    connections: { type: 'string', default: '64' },
  },
});
const { namespace, image } = values;
if (namespace === undefined || image === undefined) throw new Error('--namespace and --image are needed');

const RETRY_MS = 1000;
const MAX_RETRY_MS = 8000;
const rate = Number(values.rate);
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
// Whoever loses patience with this program; kubectl would go on, and hold its output open.
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
    const answer = await creator.create(creation);
    counter.count(creation.name, answer);
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

const pods: Promise<void>[] = [];
for (let index = 0; index < most && !state.ended; index += 1) {
  // By the clock and not by the last answer: a slow API server meets the same load.
  const due = started + (index / rate) * 1000 - performance.now();
  if (due > 1) await pause(due);
  pods.push(one({ name: `storm-${index}`, depth: depthOf(index) }));
}
const seconds = (performance.now() - started) / 1000;
const { attempts, injected } = counter;
state.over = true;
state.lastCame = performance.now();
await Promise.all(pods);
await creator.close();
proxy.close();
const tally: Tally = {
  wanted: pods.length,
  injected: counter.injected,
  bare: counter.bare,
  stuck,
  refusals: counter.refusals,
  unexplained: counter.unexplained,
  seconds: Math.round(seconds * 10) / 10,
  attemptsPerSecond: Math.round((attempts / seconds) * 10) / 10,
  admittedPerSecond: Math.round((injected / seconds) * 10) / 10,
  longestWait: Math.round(counter.longestWaitMs / 100) / 10,
};
process.stdout.write(`${JSON.stringify(tally)}\n`);
