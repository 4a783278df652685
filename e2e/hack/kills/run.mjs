// Kills a sidecar with SIGKILL at random moments in traffic, again and again in one folder, with a real collector as the receiver of its record; then deletes the
// folder, and asks the collector's file alone for every exchange that was answered.
//
//   node e2e/hack/kills/run.mjs [KILLS]     # after a build; 500 takes about half an hour
//
// Prints one line of JSON. Exit status 1 where an exchange is absent or the file does not verify.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { builtTool } from '../../dist/counterparts/built-tool.js';
import { startChatModel } from '../../dist/counterparts/chat-model.js';
import { keyOf, send, unsentLines, until } from '../../dist/counterparts/exchanges.js';
import { OtelCollector } from '../../dist/counterparts/otel-collector.js';
import { freePort } from '../../dist/counterparts/server.js';
import { startSidecar } from '../../dist/process/sidecar.js';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));
const kills = Number(process.argv[2] ?? 500);
const MOST_MS = 1_500;

const { program, missing } = builtTool('otelcol');
if (program === undefined) throw new Error(missing);
const work = mkdtempSync(join(tmpdir(), 'kills-'));
const model = await startChatModel('Here.');
const [port, health] = [await freePort(), await freePort()];
const collector = new OtelCollector(program, work, [port, health]);
try {
  await collector.start();
  const sinks = [{ otlp: { endpoint: `http://127.0.0.1:${port}` } }];
  const policy = JSON.stringify({ version: 1, mode: 'enforce', audit: { required: true, sinks } });
  const setup = { upstreams: [model.origin], auditDir: join(work, 'audit'), policy };
  const answered = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const sidecar = await startSidecar(setup);
    const traffic = send(sidecar, { count: 300, pauseMs: 0 }, answered);
    await sleep(Math.random() * MOST_MS);
    await sidecar.stop('SIGKILL');
    await traffic;
  }
  const last = await startSidecar(setup);
  await until(async () => (await unsentLines(last)) === 0);
  await last.stop();
  rmSync(setup.auditDir, { recursive: true });
  const received = new Set(collector.received().match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g));
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
