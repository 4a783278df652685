// Kills a sidecar with SIGKILL at random moments in traffic, again and again in one folder, with a real collector as the receiver of its record; then deletes the
// folder, and asks the collector's file alone for every exchange that was answered.
//
//   node e2e/hack/kills/run.mjs [KILLS]     # after a build; default 500
//
// A kill comes after a random number of answers and waits for nothing else, so that a slow machine only takes longer. Progress on standard error every ten kills, then
// one line of JSON. Exit status 1 where an exchange is absent or the file does not verify.
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { builtTool } from '../../dist/counterparts/built-tool.js';
import { startChatModel } from '../../dist/counterparts/chat-model.js';
import { keyOf, send, unsentLines } from '../../dist/counterparts/exchanges.js';
import { OtelCollector } from '../../dist/counterparts/otel-collector.js';
import { freePort } from '../../dist/counterparts/server.js';
import { startSidecar } from '../../dist/process/sidecar.js';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));
const kills = Number(process.argv[2] ?? 500);
/** Of one sidecar, and how many of them come before its end at most. */
const REQUESTS = 300;
const MOST_ANSWERS = 150;
const MOST_MS = 30;
/** One file, so that all of it is read: what is rotated has another name. */
const FILE_MEBIBYTES = 1_000_000;
const startedMs = performance.now();

function tell(text) {
  console.error(`${String(Math.round((performance.now() - startedMs) / 1_000)).padStart(5)} s  ${text}`);
}

/** Resolves once that many answers are there, or none will come any more. */
async function answers(answered, count, traffic) {
  let isOver = false;
  void traffic.finally(() => (isOver = true));
  while (answered.length < count && !isOver) await sleep(1);
}

/** Resolves once the collector has every line, however long that takes. */
async function delivered(sidecar) {
  for (let left = await unsentLines(sidecar); left > 0; left = await unsentLines(sidecar)) {
    tell(`${left} lines are not delivered yet`);
    await sleep(2_000);
  }
}

async function idsIn(file) {
  const found = new Set();
  for await (const line of createInterface({ input: createReadStream(file) }))
    for (const [id] of line.matchAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g)) found.add(id);
  return found;
}

const { program, missing } = builtTool('otelcol');
if (program === undefined) throw new Error(missing);
const work = mkdtempSync(join(tmpdir(), 'kills-'));
const model = await startChatModel('Here.');
const [port, health] = [await freePort(), await freePort()];
const collector = new OtelCollector(program, work, [port, health], { fileMebibytes: FILE_MEBIBYTES });
try {
  await collector.start();
  const sinks = [{ otlp: { endpoint: `http://127.0.0.1:${port}` } }];
  const policy = JSON.stringify({ version: 1, mode: 'enforce', audit: { required: true, sinks } });
  const setup = { upstreams: [model.origin], auditDir: join(work, 'audit'), policy };
  const answered = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const sidecar = await startSidecar(setup);
    const traffic = send(sidecar, { count: REQUESTS, pauseMs: 0 }, answered);
    await answers(answered, answered.length + Math.floor(Math.random() * MOST_ANSWERS), traffic);
    await sleep(Math.random() * MOST_MS);
    await sidecar.stop('SIGKILL');
    await traffic;
    if ((kill + 1) % 10 === 0) tell(`${kill + 1} of ${kills} kills, ${answered.length} answers`);
  }
  const last = await startSidecar(setup);
  await delivered(last);
  await last.stop();
  tell("all is delivered; the collector's file is read and verified");
  rmSync(setup.auditDir, { recursive: true });
  const received = await idsIn(collector.file);
  const absent = answered.filter((id) => !received.has(id)).length;
  const args = [AUDIT, 'verify', '--from-otlp', collector.file, '--key', keyOf(last)];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const verdict = stdout.trimEnd().split('\n').at(-1);
  console.log(JSON.stringify({ kills, answered: answered.length, absent, verify: status, verdict }));
  process.exitCode = absent === 0 && status === 0 ? 0 : 1;
} finally {
  await collector.end('SIGKILL');
  await model.close();
  rmSync(work, { recursive: true, force: true });
}
