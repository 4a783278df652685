import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { shippedSidecar } from '../../process/shipped.ts';
import { startSidecar } from '../../process/sidecar.ts';
import { at, table } from '../spread.ts';
import { leaveSubjectCore, SUBJECT_CORE } from '../subject.ts';
import { writePage } from '../page.ts';
import { longBody, send, shortBody, WAYS, type Way } from './exchange.ts';
import { kinds, type Kind } from './kinds.ts';
import type { Turns } from './loop-probe.ts';
import { startModelServer, type ModelServer } from './model-server.ts';

const PROBE = new URL('./loop-probe.js', import.meta.url).href;
const PAGE = fileURLToPath(new URL('../../../../docs/reference/detection.md', import.meta.url));
/** Characters of a token, about. */
const TOKEN = 4;

const USAGE = `usage: npm run bench:slices -- [--rounds N] [--only TEXT] [--write]
  --rounds N   rounds of each measurement. Default: 2
  --only TEXT  only kinds of text whose name contains TEXT
  --write      writes the results into docs/reference/detection.md
`;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const chosen = kinds(values.only);
if (values.help || !(rounds >= 1) || chosen.length === 0) {
  (values.help ? process.stdout : process.stderr).write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const output: string[] = [];
function say(said: string): void {
  output.push(said);
  process.stdout.write(`${said}\n\n`);
}

const MODES = ['enforce', 'observe'] as const;
type Mode = (typeof MODES)[number];

/** Every control is on. Nothing ends an exchange early: what is found is counted or replaced. */
function policyOf(mode: Mode): string {
  return `version: 1
mode: ${mode}
ingress:
  injection: { action: block, threshold: 0.8, untrusted: { threshold: 0.5 }, mode: observe }
  secrets: { action: redact }
  pii: { action: redact }
egress:
  pii: { action: redact }
  secrets: { action: redact }
  links: { action: redact, allowHosts: [] }
action: { default: deny }
`;
}

interface Watched {
  readonly port: number;
  /** What the turns of its event loop take while `work` runs. */
  during(work: () => Promise<void>): Promise<Turns>;
  stop(): Promise<void>;
}

/** A sidecar as its image has it, on a core of its own, with a probe in its process. */
async function startWatched(mode: Mode, upstreamPort: number): Promise<Watched> {
  const shipped = shippedSidecar();
  const socket = join(tmpdir(), `llm-boundary-probe-${process.pid}-${mode}`);
  const env = [...shipped.env, `LOOP_PROBE=${socket}`, `NODE_OPTIONS=--import=${PROBE}`];
  const sidecar = await startSidecar({
    upstreams: [`http://127.0.0.1:${upstreamPort}`],
    policy: policyOf(mode),
    main: shipped.main,
    under: ['env', ...env, ...SUBJECT_CORE],
  });
  return {
    port: Number(new URL(sidecar.inbound[0] ?? '').port),
    during: async (work) => {
      const probe = connect(socket);
      const told = text(probe);
      await new Promise<void>((resolve) => probe.once('connect', resolve));
      await work();
      probe.end();
      return JSON.parse(await told) as Turns;
    },
    stop: async () => {
      await sidecar.stop();
      shipped.remove();
    },
  };
}

async function exchange(port: number, way: Way, kind: Kind): Promise<void> {
  const status = await send(port, longBody(way, kind));
  if (status !== 200) throw new Error(`${kind.name}, ${way}: the answer was ${status}`);
}

/** The lesser of each over the rounds: what other work on the machine adds to caches and memory is not the sidecar's. */
async function turnsOf(watched: Watched, way: Way, kind: Kind): Promise<Turns> {
  const all: Turns[] = [];
  for (let round = 0; round < rounds; round += 1)
    all.push(await watched.during(() => exchange(watched.port, way, kind)));
  const least = (key: keyof Turns): number => Math.min(...all.map((turns) => turns[key]));
  return {
    longestMs: least('longestMs'),
    above: least('above'),
    cpuMs: least('cpuMs'),
    rssMiB: least('rssMiB'),
  };
}

/** Latency of short chats, one after the other, ms: for `ms` milliseconds, or until `work` is over. */
async function latencies(port: number, work: Promise<void>): Promise<readonly number[]> {
  const [found, state] = [[] as number[], { isOver: false }];
  const over = work.then(() => (state.isOver = true));
  while (!state.isOver) {
    const startedMs = performance.now();
    await send(port, shortBody());
    found.push(performance.now() - startedMs);
  }
  await over;
  return found;
}

const ALONE_MS = 2_000;

/** A second client alone and beside a long exchange, in turns. */
async function besideOf(port: number, way: Way, kind: Kind): Promise<readonly string[]> {
  const [alone, beside] = [[] as number[], [] as number[]];
  for (let round = 0; round < rounds; round += 1) {
    alone.push(...(await latencies(port, new Promise((resolve) => setTimeout(resolve, ALONE_MS)))));
    beside.push(...(await latencies(port, exchange(port, way, kind))));
  }
  const [p50, p99] = [0.5, 0.99].map((share) => [at(alone, share), at(beside, share)]);
  const shown = [p50, p99].flatMap((pair = []) => [...pair, (pair[1] ?? NaN) - (pair[0] ?? NaN)]);
  return shown.map((ms) => ms.toFixed(1));
}

const SLOWEST = ['page of HTML', 'zero-width characters'];

const turns: string[][] = [];
const waits: string[][] = [];

async function measureTurns(mode: Mode, watched: Watched, upstream: ModelServer): Promise<void> {
  for (const way of WAYS)
    for (const kind of chosen) {
      process.stderr.write(`${mode}, ${way}, ${kind.name} …\n`);
      upstream.says(kind.text);
      const { longestMs, above, cpuMs, rssMiB } = await turnsOf(watched, way, kind);
      const row = [
        ...[mode, way, kind.name, longestMs.toFixed(0), above.toFixed(0), cpuMs.toFixed(0)],
        ...[((1000 * TOKEN * cpuMs) / kind.text.length).toFixed(2), rssMiB.toFixed(0)],
      ];
      process.stderr.write(`  ${row.slice(3).join('  ')}\n`);
      turns.push(row);
    }
}

async function measureWaits(mode: Mode, { port }: Watched, upstream: ModelServer): Promise<void> {
  // In observe the client has a whole reply before it is judged: when that ends cannot be seen.
  const ways = WAYS.filter((way) => mode === 'enforce' || way !== 'reply');
  const slowest = chosen.filter(({ name }) => SLOWEST.includes(name));
  for (const way of ways)
    for (const kind of slowest.length > 0 ? slowest : chosen.slice(0, 1)) {
      process.stderr.write(`${mode}, beside ${way}, ${kind.name} …\n`);
      upstream.says(kind.text);
      waits.push([mode, way, kind.name, ...(await besideOf(port, way, kind))]);
    }
}

const running: { stop(): Promise<void> }[] = [];
try {
  leaveSubjectCore();
  const upstream = await startModelServer();
  running.push(upstream);
  for (const mode of MODES) {
    const watched = await startWatched(mode, upstream.port);
    running.push(watched);
    for (let warm = 0; warm < 300; warm += 1) await send(watched.port, shortBody());
    await measureTurns(mode, watched, upstream);
    await measureWaits(mode, watched, upstream);
    running.pop();
    await watched.stop();
  }
  say(
    table(
      [
        ...['mode', 'long is the', '4 MiB of', 'longest turn, ms', 'turns above 50 ms', 'CPU, ms'],
        ...['ms per 1,000 tokens', 'resident, MiB'],
      ],
      turns,
    ),
  );
  say(
    table(
      [
        ...['mode', 'beside a long', '4 MiB of', 'p50 alone, ms', 'p50 beside, ms', 'more'],
        ...['p99 alone, ms', 'p99 beside, ms', 'more'],
      ],
      waits,
    ),
  );
  if (values.write) await writePage(PAGE, output.join('\n\n'), 'bench:slices');
} finally {
  for (const each of running.toReversed()) await each.stop();
}
