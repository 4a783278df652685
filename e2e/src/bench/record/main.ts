import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { CASES } from '../cases.ts';
import { compare } from '../comparison.ts';
import { writePage } from '../page.ts';
import { cell, spreadOf, table } from '../spread.ts';
import { leaveSubjectCore, startGuarded, startUpstream, SUBJECT_CORE, type Subject } from '../subject.ts';

const PAGE = fileURLToPath(new URL('../../../../docs/performance.md', import.meta.url));
const RATE = fileURLToPath(new URL('../../../hack/record-rate/run.mjs', import.meta.url));
/** Work that follows an exchange (sending, printing, the shadow's verdict) is over by then, and counts. */
const FOLLOWS_MS = 1_500;

const USAGE = `usage: npm run bench:record -- [--rounds N] [--write]
  --rounds N   rounds of each case. Default: 7
  --write      writes the results into docs/performance.md
`;
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (values.help || !(rounds >= 1)) {
  (values.help ? process.stdout : process.stderr).write(USAGE);
  process.exit(values.help ? 0 : 2);
}

const output: string[] = [];
function say(text: string): void {
  output.push(text);
  process.stdout.write(`${text}\n\n`);
}

/** All controls enforce. */
function policyOf(sinks: string): string {
  return `version: 1
mode: enforce
ingress:
  injection: { action: block, threshold: 0.8 }
  secrets: { action: redact }
  pii: { action: redact }
egress:
  pii: { action: redact }
  secrets: { action: block }
audit: { required: true, sinks: ${sinks} }
`;
}

/** Takes every request of OTLP and keeps nothing. */
async function startReceiver(): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function settled(name: string, subject: Subject): Subject {
  return {
    ...subject,
    name,
    sample: async () => {
      await sleep(FOLLOWS_MS);
      return subject.sample();
    },
  };
}

/** Records a second, beside the same bytes with write and fdatasync alone. */
function rates(): string {
  const [command, ...args] = [...SUBJECT_CORE, process.execPath, RATE, String(rounds)];
  const found = execFileSync(command, args, { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(
      (text) =>
        JSON.parse(text) as { readonly callers: number; readonly ledger: number; readonly bare: number },
    );
  const rows = [...new Set(found.map(({ callers }) => callers))].map((callers) => {
    const own = found.filter((round) => round.callers === callers);
    return [
      String(callers),
      cell(spreadOf(own.map(({ ledger }) => ledger)), 0),
      cell(spreadOf(own.map(({ bare }) => bare)), 0),
      cell(spreadOf(own.map(({ ledger, bare }) => ledger / bare)), 2),
    ];
  });
  return table(['records that wait at once', 'records/s', 'write and fdatasync alone', 'ratio'], rows);
}

const running: { stop(): Promise<void> }[] = [];
try {
  say(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, load ${(loadavg()[0] ?? NaN).toFixed(1)} at the start; ${rounds} interleaved rounds, min / **median** / max.`,
  );
  say(rates());
  leaveSubjectCore();
  const upstream = await startUpstream();
  const receiver = await startReceiver();
  running.push(upstream, receiver);
  const file = policyOf('[file]');
  const subjects = [
    settled('file alone', await startGuarded(upstream.port, file)),
    settled('and standard output', await startGuarded(upstream.port, policyOf('[file, stdout]'))),
    settled(
      'and OTLP',
      await startGuarded(upstream.port, policyOf(`[file, { otlp: { endpoint: '${receiver.endpoint}' } }]`)),
    ),
    settled(
      'and a shadow',
      await startGuarded(upstream.port, file, file.replace('threshold: 0.8', 'threshold: 0.7')),
    ),
  ];
  running.push(...subjects);
  const [kind] = CASES;
  if (kind === undefined) throw new Error('there is no case');
  const measured = await compare(subjects, { ...kind, warmUp: kind.warmUp / 4 }, rounds);
  say(
    table(
      [`${kind.name}: the record goes to`, 'CPU µs', 'ratio to file alone', 'exchanges/s'],
      measured.map(({ name, cpuMicros, ratio, perSecond }) => [
        name,
        cell(cpuMicros, 0),
        cell(ratio, 2),
        perSecond.median.toFixed(0),
      ]),
    ),
  );
  if (values.write) await writePage(PAGE, output.join('\n\n'), 'bench:record');
} finally {
  for (const each of running.toReversed()) await each.stop();
}
