import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { freePort } from '../process/free-port.ts';
import { startSidecar } from '../process/sidecar.ts';
import { until } from '../process/until.ts';
import { builtTool } from './built-tool.ts';
import { startChatModel } from './chat-model.ts';
import { ask, keyOf, metric, send, unsentLines } from './exchanges.ts';
import { OtelCollector } from './otel-collector.ts';
import type { Steps } from './steps.ts';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));

const SIDECAR = fileURLToPath(new URL('../../../sidecar', import.meta.url));

/** Number of requests while a process is killed, and of those whose cost is measured. */
const REQUESTS = 40;
const MEASURED = 400;
const PAUSE_MS = 20;

interface Place {
  readonly collector: OtelCollector;
  readonly endpoint: string;
  readonly model: string;
  readonly auditDir: string;
}

/** The record on its way to an OpenTelemetry Collector, which is killed and restarted, as is the sidecar. */
export async function tryCollector(steps: Steps): Promise<void> {
  steps.title('OpenTelemetry Collector (Go module) as receiver of the record');
  const built = builtTool('otelcol');
  if ('missing' in built) {
    steps.skip('everything', built.missing);
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-collector-'));
  const model = await startChatModel('Here.');
  const [port, health] = [await freePort(), await freePort()];
  const place: Place = {
    collector: new OtelCollector(built.program, work, [port, health]),
    endpoint: `http://127.0.0.1:${port}`,
    model: model.origin,
    auditDir: join(work, 'audit'),
  };
  try {
    await steps.run('starts', () => place.collector.start());
    await killed(steps, place);
    await sealed(steps, place, join(work, 'sealed'));
    await required(steps, place);
    await cost(steps, place, join(work, 'measured'));
  } finally {
    await place.collector.end('SIGKILL');
    await model.close();
    rmSync(work, { recursive: true, force: true });
  }
}

function policyOf(otlp: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ version: 1, mode: 'enforce', audit: { required: true, sinks: [{ otlp }] } });
}

async function killed(steps: Steps, place: Place): Promise<void> {
  const { collector, model, auditDir, endpoint } = place;
  const setup = { upstreams: [model], auditDir, policy: policyOf({ endpoint, compression: 'gzip' }) };
  const acknowledged: string[] = [];
  const first = await startSidecar(setup);
  await steps.run('the collector is killed in the middle of traffic', async () => {
    const traffic = send(first, { count: REQUESTS, pauseMs: PAUSE_MS }, acknowledged);
    await sleep(300);
    await collector.end('SIGKILL');
    await traffic;
    assert.equal(acknowledged.length, REQUESTS);
    await until(
      'an unsent line',
      () => unsentLines(first),
      (lines) => lines > 0,
    );
  });
  await steps.run('so is the sidecar, while the collector is down', async () => {
    const traffic = send(first, { count: REQUESTS, pauseMs: PAUSE_MS }, acknowledged);
    await sleep(200);
    await first.stop('SIGKILL');
    await traffic;
    assert.ok(acknowledged.length > REQUESTS, 'nothing was answered before the kill');
  });
  const second = await startSidecar(setup);
  await steps.run('both are there again, and the record of both processes arrives', async () => {
    await send(second, { count: 5, pauseMs: PAUSE_MS }, acknowledged);
    await collector.start();
    await until(
      'no line is unsent',
      () => unsentLines(second),
      (lines) => lines === 0,
    );
  });
  await steps.run('the seal leaves before the process ends', async () => {
    assert.equal(await second.stop(), 0);
    assert.ok(collector.received().includes(String.raw`\"kind\":\"seal\"`));
  });
  await steps.run('every exchange that was answered is there', () => {
    const received = collector.received();
    assert.deepEqual(
      acknowledged.filter((id) => !received.includes(id)),
      [],
    );
  });
  await steps.run('what the collector wrote verifies, by itself', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [AUDIT, 'verify', '--from-otlp', collector.file, '--key', keyOf(second)],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /^verified$/m);
  });
}

/** Bodies that only the collector's file has when the pod is gone. */
async function sealed(steps: Steps, { collector, model, endpoint }: Place, auditDir: string): Promise<void> {
  const { identity, recipient } = newIdentity();
  const policy = JSON.stringify({
    version: 1,
    audit: {
      content: 'sealed',
      sealed: { recipients: [recipient] },
      sinks: [{ otlp: { endpoint, bodies: true, compression: 'gzip' } }],
    },
  });
  const sidecar = await startSidecar({ upstreams: [model], auditDir, policy });
  const key = keyOf(sidecar);
  const [id = ''] = await send(sidecar, { count: 8, pauseMs: PAUSE_MS });
  await sidecar.stop();
  rmSync(auditDir, { recursive: true });
  await steps.run('sealed bodies are in its file, and verify finds each', () => {
    const args = ['verify', '--from-otlp', collector.file, '--key', key, '--live'];
    const { stdout } = spawnSync(process.execPath, [AUDIT, ...args], { encoding: 'utf8' });
    assert.match(stdout, /^sealed bodies: 16 named, 16 present and unchanged,/m);
  });
  await steps.run('and the holder of an identity opens them', () => {
    const file = `${auditDir}.txt`;
    writeFileSync(file, identity);
    const args = ['open', id, '--part', 'request', '--from-otlp', collector.file, '--identity', file];
    const { status, stdout } = spawnSync(process.execPath, [AUDIT, ...args], { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.match(stdout, /"content":"Where\?"/);
  });
}

/** Of age, by the sidecar's own package. */
function newIdentity(): { readonly identity: string; readonly recipient: string } {
  const script = `import { generateIdentity, identityToRecipient } from 'age-encryption';
const identity = await generateIdentity();
console.log(JSON.stringify({ identity, recipient: await identityToRecipient(identity) }));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: SIDECAR,
    encoding: 'utf8',
  });
  return JSON.parse(stdout) as { readonly identity: string; readonly recipient: string };
}

async function required(steps: Steps, place: Place): Promise<void> {
  const { collector, model, auditDir, endpoint } = place;
  const policy = policyOf({ endpoint, encoding: 'json', required: true, unsentFor: '1s' });
  const sidecar = await startSidecar({ upstreams: [model], auditDir, policy });
  await steps.run(
    'a required collector that is down lets nothing new begin, and the sidecar says so',
    async () => {
      await collector.end('SIGKILL');
      await until(
        'a refusal',
        async () => (await ask(sidecar)).status,
        (status) => status === 503,
      );
      assert.match(await (await ask(sidecar)).text(), /audit\.sinks\[\]\.otlp\.required/);
      assert.equal((await fetch(`${sidecar.admin}/readyz`)).status, 503);
    },
  );
  await steps.run('and when it is back, exchanges begin again', async () => {
    await collector.start();
    await until(
      'an answer',
      async () => (await ask(sidecar)).status,
      (status) => status === 200,
    );
  });
  await sidecar.stop();
}

/** Printed and not asserted: the machine is shared. */
async function cost(steps: Steps, { model, endpoint }: Place, dir: string): Promise<void> {
  const spent = async (name: string, policy: string): Promise<number> => {
    const sidecar = await startSidecar({ upstreams: [model], auditDir: join(dir, name), policy });
    await send(sidecar, { count: 100, pauseMs: PAUSE_MS });
    const before = await metric(sidecar, 'process_cpu_seconds_total');
    await send(sidecar, { count: MEASURED, pauseMs: 0 });
    if (name !== 'not sent')
      await until(
        'no line is unsent',
        () => unsentLines(sidecar),
        (lines) => lines === 0,
      );
    const seconds = (await metric(sidecar, 'process_cpu_seconds_total')) - before;
    await sidecar.stop();
    return (seconds / MEASURED) * 1_000;
  };
  await steps.run('the cost of an exchange whose record is sent', async () => {
    const alone = await spent('not sent', JSON.stringify({ version: 1, mode: 'enforce' }));
    const protobuf = await spent('protobuf', policyOf({ endpoint }));
    process.stdout.write(
      `  cost     ${alone.toFixed(2)} ms of CPU an exchange, ${(protobuf / alone).toFixed(2)} times that where its record is sent
`,
    );
  });
}
