// What durable records cost beside the disk alone: the record of the build (lines, chain, signatures, one durable write a batch), and the same bytes in batches of
// the same size with write and fdatasync and nothing else. Both in this process, one after the other in each round.
//
//   taskset -c 0 node e2e/hack/record-rate/run.mjs [ROUNDS]     # after a build
//
// Prints one line of JSON a round and number of exchanges that wait for their records at once: records a second of each.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const AUDIT = '../../../sidecar/dist/audit';
const { createLedger } = await import(`${AUDIT}/log/ledger.js`);
const { identityFrom } = await import(`${AUDIT}/record/identity.js`);
const { sampleDecision } = await import(`${AUDIT}/record/sample.js`);

const rounds = Number(process.argv[2] ?? 7);
const CALLERS = [16, 128, 512];
/** For each of them: enough for a second or so. */
const BATCHES = 100;

const quiet = { auditLag() {}, auditError() {}, auditBytes() {} };

async function ledgerRound(dir, callers, records) {
  const ledger = await createLedger({
    ...{ dir, identity: identityFrom({}, 'bench'), version: '0.0.0', policy: null, telemetry: quiet },
  });
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let index = next++; index < records; index = next++)
        await ledger.record(null, sampleDecision({ exchange: `${index}`.padStart(36, '0') }), true);
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  await ledger.close();
  return records / seconds;
}

function linesIn(dir) {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n').slice(0, -1))
    .filter((line) => line.includes('"kind":"ingress"'))
    .map((line) => Buffer.from(`${line}\n`));
}

async function bareRound(dir, callers, lines) {
  const file = await open(join(dir, 'bare'), 'w');
  const startedMs = performance.now();
  for (let from = 0; from < lines.length; from += callers) {
    await file.write(Buffer.concat(lines.slice(from, from + callers)));
    await file.datasync();
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await file.close();
  return lines.length / seconds;
}

// The first round warms up.
for (let round = -1; round < rounds; round += 1)
  for (const callers of CALLERS) {
    const dir = mkdtempSync(join(tmpdir(), 'record-rate-'));
    try {
      const ledger = await ledgerRound(dir, callers, callers * BATCHES);
      const bare = await bareRound(dir, callers, linesIn(dir));
      if (round >= 0) console.log(JSON.stringify({ callers, ledger, bare }));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
