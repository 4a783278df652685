import { load } from './load.ts';
import { startBareProxy, startGuarded, startUpstream, type Subject } from './subject.ts';

const ROUNDS = Number(process.env['LLM_BOUNDARY_BENCH_ROUNDS'] ?? 7);
const PROSE =
  'Please give me a short summary of what the harbour master wrote about the ships that came in last night. '.repeat(
    8,
  );
const CHAT = JSON.stringify({
  model: 'bench',
  messages: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: PROSE },
  ],
});
const STREAM = JSON.stringify({
  model: 'bench',
  stream: true,
  messages: [{ role: 'user', content: 'Tell me about the harbour.' }],
});

/** Every control on, all of them enforcing, the record durable. */
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
action: { default: deny }
audit: { required: true }
`;

interface Case {
  readonly name: string;
  readonly body: string;
  readonly total: number;
  /** Exchanges before the first round, so that both are compiled by then: the sidecar has more to compile. */
  readonly warmUp: number;
}
const CASES: readonly Case[] = [
  { name: 'chat, 1 KB in, 1 KB out, 16 connections', body: CHAT, total: 4000, warmUp: 20_000 },
  { name: 'stream of 200 events, 16 connections', body: STREAM, total: 320, warmUp: 800 },
];

async function microsPerExchange(
  subject: Subject,
  { body, total }: Case,
): Promise<{ readonly cpu: number; readonly rate: number }> {
  const before = await subject.cpuMicros();
  const round = await load(subject.port, body, { total, connections: 16 });
  const cpu = ((await subject.cpuMicros()) - before) / round.exchanges;
  return { cpu, rate: round.exchanges / round.seconds };
}

function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, median, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return [min, median, max].map((value) => (value ?? NaN).toFixed(digits)).join(' / ');
}

/** So many exchanges, one after the other: what a client waits for, without a queue. */
const QUIET_TOTAL = 400;

/** Prints, per case, CPU time per exchange of both and their ratio round by round. Never judges: see docs/performance.md. */
const subjects: { stop(): void }[] = [];
try {
  const upstream = await startUpstream();
  subjects.push(upstream);
  const bare = await startBareProxy(upstream.port);
  subjects.push(bare);
  const sidecar = await startGuarded(upstream.port, POLICY);
  subjects.push(sidecar);
  console.log(`Node ${process.version}, ${ROUNDS} interleaved rounds; min / median / max`);
  for (const bench of CASES) await compare(bench, bare, sidecar);
  await compareWaiting(bare, sidecar);
} finally {
  for (const subject of subjects) subject.stop();
}

async function compare(bench: Case, bare: Subject, sidecar: Subject): Promise<void> {
  for (const subject of [bare, sidecar])
    await load(subject.port, bench.body, { total: bench.warmUp, connections: 16 });
  const rows = {
    bare: [] as number[],
    sidecar: [] as number[],
    ratio: [] as number[],
    rates: [] as number[],
  };
  for (let round = 0; round < ROUNDS; round++) {
    const first = await microsPerExchange(bare, bench);
    const second = await microsPerExchange(sidecar, bench);
    rows.bare.push(first.cpu);
    rows.sidecar.push(second.cpu);
    rows.ratio.push(second.cpu / first.cpu);
    rows.rates.push(second.rate);
  }
  console.log(`\n${bench.name}`);
  console.log(`  bare http-proxy      CPU µs/exchange  ${spread(rows.bare, 0)}`);
  console.log(`  sidecar              CPU µs/exchange  ${spread(rows.sidecar, 0)}`);
  console.log(`  sidecar / http-proxy ratio            ${spread(rows.ratio, 2)}`);
  console.log(`  sidecar              exchanges/s      ${spread(rows.rates, 0)}`);
}

/** Medians of the rounds, and what the sidecar adds to each. */
async function compareWaiting(bare: Subject, sidecar: Subject): Promise<void> {
  const waited = async ({ port }: Subject): Promise<number> => {
    const { latenciesMs } = await load(port, CHAT, { total: QUIET_TOTAL, connections: 1 });
    return [...latenciesMs].sort((a, b) => a - b)[latenciesMs.length >> 1] ?? NaN;
  };
  const rows = { bare: [] as number[], sidecar: [] as number[], added: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    const first = await waited(bare);
    const second = await waited(sidecar);
    rows.bare.push(first);
    rows.sidecar.push(second);
    rows.added.push(second - first);
  }
  console.log('\nchat, one exchange at a time, median of each round');
  console.log(`  bare http-proxy      ms               ${spread(rows.bare, 2)}`);
  console.log(`  sidecar              ms               ${spread(rows.sidecar, 2)}`);
  console.log(`  sidecar - http-proxy ms               ${spread(rows.added, 2)}`);
}
