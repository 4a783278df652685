import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { CASES, CHAT, EVENTS_OF_STREAM, PACED, type Case } from './cases.ts';
import { compare, type Measured } from './comparison.ts';
import { fleetTable, idle, injectionMicros } from './fleet.ts';
import { FEW, MANY, openStreamKiB } from './open-streams.ts';
import { writePage } from './page.ts';
import { startLitellm, startNginx, startPortkey } from './peers.ts';
import { cell, spreadOf, table } from './spread.ts';
import {
  leaveSubjectCore,
  startBareProxy,
  startFloor,
  startGuarded,
  startUpstream,
  type Ready,
  type Subject,
} from './subject.ts';
import { WAITING_HEAD, waitingRows } from './waiting.ts';

/** Every control enforced, the record durable. */
const POLICY = `version: 1
mode: enforce
ingress:
  injection: { action: block, threshold: 0.8, untrusted: { threshold: 0.5 } }
  secrets: { action: redact }
  pii: { action: redact }
egress:
  pii: { action: redact }
  secrets: { action: block }
  promptLeak: { action: block }
  links: { action: redact, allowHosts: [] }
action: { default: deny, tools: [{ name: tool_* }] }
audit: { required: true }
`;
const STARTS = 3;
const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

const USAGE = `usage: npm run bench -- [--rounds N] [--only TEXT] [--peers] [--write]
  --rounds N   rounds of each case. Default: 7
  --only TEXT  only cases whose name contains TEXT
  --peers      also nginx, Portkey and LiteLLM, where they are installed or can be
  --write      writes the results into docs/performance.md
`;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    only: { type: 'string', default: '' },
    peers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const rounds = Number(values.rounds);
const cases = CASES.filter(({ name }) => name.includes(values.only));
if (cases.length === 0 || !(rounds >= 1)) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const output: string[] = [];
function say(text: string): void {
  output.push(text);
  process.stdout.write(`${text}\n\n`);
}

function rowOf(kind: Case, { name, cpuMicros, ratio, perSecond, loopDelayMs }: Measured): string[] {
  const delay = Number.isNaN(loopDelayMs.median) ? '' : loopDelayMs.median.toFixed(1);
  return [kind.name, name, cell(cpuMicros, 0), cell(ratio, 2), perSecond.median.toFixed(0), delay];
}
const HEAD = ['case', 'proxy', 'CPU µs', 'ratio to http-proxy', 'exchanges/s', 'loop delay p99, ms'];

/** Runs at once what can be measured of them; the others are named with the reason. */
async function peersOf(upstreamPort: number, baseline: Subject): Promise<void> {
  const [first] = cases.filter(({ reply }) => reply === 'whole');
  if (first === undefined) return;
  // Far dearer: less is enough.
  const kind: Case = { ...first, total: Math.ceil(first.total / 10), warmUp: Math.ceil(first.warmUp / 20) };
  for (const start of [startNginx, startPortkey, startLitellm]) {
    const peer = await start(upstreamPort);
    if ('missing' in peer) {
      say(`Not measured: ${peer.missing}.`);
      continue;
    }
    try {
      const [, measured] = await compare([baseline, peer], kind, rounds);
      if (measured !== undefined) say(table(HEAD, [rowOf(kind, measured)]));
    } finally {
      await peer.stop();
    }
  }
}

/** Of sidecars of their own: how long each of some took until it listened, and what an open stream adds to the last. */
async function fresh(upstreamPort: number): Promise<{ ready: readonly Ready[]; eachKiB: number }> {
  const ready: Ready[] = [];
  for (let start = 1; start < STARTS; start += 1) {
    const one = await startGuarded(upstreamPort, POLICY);
    ready.push(one.ready);
    await one.stop();
  }
  const last = await startGuarded(upstreamPort, POLICY);
  try {
    ready.push(last.ready);
    return { ready, eachKiB: await openStreamKiB(last) };
  } finally {
    await last.stop();
  }
}

/** Prints tables of all cases. Never judges: see docs/performance.md. */
const running: { stop(): Promise<void> }[] = [];
try {
  leaveSubjectCore();
  const upstream = await startUpstream();
  running.push(upstream);
  const bare = await startBareProxy(upstream.port);
  running.push(bare);
  const sidecar = await startGuarded(upstream.port, POLICY);
  running.push(sidecar);
  const floor = await startFloor(upstream.port);
  running.push(floor);
  const started = await sidecar.sample();
  process.stderr.write('at rest …\n');
  const resting = await idle(sidecar.pid);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  say(
    `Node ${process.version}, ${cpus().length} × ${model}; ${rounds} interleaved rounds, min / **median** / max.`,
  );
  const rows: string[][] = [];
  const medians = new Map<string, number>();
  let saturated = NaN;
  for (const kind of cases) {
    process.stderr.write(`${kind.name} …\n`);
    const subjects = kind.reply === 'whole' ? [bare, sidecar, floor] : [bare, sidecar];
    const measured = await compare(subjects, kind, rounds);
    saturated = Number.isNaN(saturated) ? (measured[1]?.perSecond.median ?? NaN) : saturated;
    const found = measured.map((entry) => rowOf(kind, entry));
    for (const [, ...cells] of found) process.stderr.write(`  ${cells.join('  ')}\n`);
    rows.push(...found);
    medians.set(kind.name, measured[1]?.cpuMicros.median ?? NaN);
  }
  say(table(HEAD, rows));
  const [kind] = cases;
  if (kind?.reply === 'whole') {
    const perSecond = saturated / 2;
    const rowsAt = await waitingRows([bare, sidecar, floor], { kind, rounds, perSecond });
    const [first, ...others] = WAITING_HEAD;
    const rate = `${perSecond.toFixed(0)} exchanges/s`;
    say(table([`${kind.name}, at ${rate} (half of the sidecar's most): ${first}`, ...others], rowsAt));
  }
  const atRestMiB = (await sidecar.sample()).rssMiB;
  const { ready, eachKiB } = await fresh(upstream.port);
  say(
    table(
      ['a sidecar', ''],
      [
        ['listens after its start, on one core, ms', cell(spreadOf(ready.map(({ wallMs }) => wallMs)), 0)],
        ['CPU until then, ms', cell(spreadOf(ready.map(({ cpuMs }) => cpuMs)), 0)],
        ['resident memory after its start', `${started.rssMiB.toFixed(0)} MiB`],
        ['70 seconds later, without traffic', `${resting.rssMiB.toFixed(0)} MiB`],
        ['after the cases above, at rest', `${atRestMiB.toFixed(0)} MiB`],
        [
          `an open stream adds (${MANY.toLocaleString('en')} open in place of ${FEW}, nothing else served)`,
          `${eachKiB.toFixed(0)} KiB`,
        ],
      ],
    ),
  );
  const [chatMicros, pacedMicros] = [CHAT, PACED].map(({ name }) => medians.get(name));
  if (chatMicros !== undefined && pacedMicros !== undefined)
    say(
      fleetTable({
        ...resting,
        afterLoadMiB: atRestMiB,
        chatMicros,
        eventMicros: pacedMicros / EVENTS_OF_STREAM,
        injectionMicros: injectionMicros(),
      }),
    );
  if (values.peers) await peersOf(upstream.port, bare);
  if (values.write) await writePage(PAGE, output.join('\n\n'), 'bench');
} finally {
  for (const subject of running.toReversed()) await subject.stop();
}
