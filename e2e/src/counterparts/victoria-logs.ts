import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort } from '../process/free-port.ts';
import { startSidecar } from '../process/sidecar.ts';
import { until } from '../process/until.ts';
import { builtTool } from './built-tool.ts';
import { startChatModel } from './chat-model.ts';
import { keyOf, send, unsentLines } from './exchanges.ts';
import { OtelCollector } from './otel-collector.ts';
import { startServer, type RunningServer } from './server.ts';
import type { Steps } from './steps.ts';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));
const REQUESTS = 40;
const PAUSE_MS = 10;

/** The record in a log store: by a collector into VictoriaLogs, found there by decision, and verified from what the store gives back. */
export async function tryVictoriaLogs(steps: Steps): Promise<void> {
  steps.title('VictoriaLogs (Go module) behind an OpenTelemetry Collector');
  const [collectorTool, storeTool] = [builtTool('otelcol'), builtTool('victoria-logs')];
  if ('missing' in collectorTool || 'missing' in storeTool) {
    steps.skip(
      'everything',
      [collectorTool, storeTool].flatMap((tool) => ('missing' in tool ? [tool.missing] : [])).join('; '),
    );
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-victoria-logs-'));
  const model = await startChatModel('Here.');
  let store: RunningServer | null = null;
  let collector: OtelCollector | null = null;
  try {
    store = await startServer({
      program: storeTool.program,
      args: (port) => [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${join(work, 'store')}`],
      healthPath: '/health',
    });
    const [port, health] = [await freePort(), await freePort()];
    const more = { otlp_http: { logs_endpoint: `${store.origin}/insert/opentelemetry/v1/logs` } };
    collector = new OtelCollector(collectorTool.program, work, [port, health], { more });
    await collector.start();
    const endpoint = `http://127.0.0.1:${port}`;
    await found(steps, { work, model: model.origin, endpoint, origin: store.origin });
  } finally {
    await collector?.end('SIGKILL');
    await store?.stop();
    await model.close();
    rmSync(work, { recursive: true, force: true });
  }
}

interface Place {
  readonly work: string;
  readonly model: string;
  /** Of the collector. */
  readonly endpoint: string;
  /** Of the store. */
  readonly origin: string;
}

async function found(steps: Steps, { work, model, endpoint, origin }: Place): Promise<void> {
  const policy = JSON.stringify({ version: 1, audit: { required: true, sinks: [{ otlp: { endpoint } }] } });
  const sidecar = await startSidecar({ upstreams: [model], policy });
  const key = keyOf(sidecar);
  const acknowledged = await send(sidecar, { count: REQUESTS, pauseMs: PAUSE_MS });
  await until(
    'no line is unsent',
    () => unsentLines(sidecar),
    (lines) => lines === 0,
  );
  await sidecar.stop();
  await steps.run('every exchange that was answered is found by its decision', async () => {
    assert.equal(acknowledged.length, REQUESTS);
    for (const id of acknowledged)
      await until(
        `two lines of ${id}`,
        () => query(origin, `"llm_boundary.exchange":="${id}"`),
        ({ length }) => length >= 2,
      );
  });
  await steps.run('and by what it was about: verdict, pod and kind of line are fields', async () => {
    const lines = await query(origin, '"llm_boundary.verdict":="allow" "llm_boundary.log.kind":="egress"');
    assert.equal(lines.length, REQUESTS);
  });
  await steps.run('what the store gives back is the record: it verifies', async () => {
    const where = `"llm_boundary.log.origin":="${key.split('+', 1)[0] ?? ''}"`;
    await until(
      'a seal',
      () => query(origin, `${where} "llm_boundary.log.kind":="seal"`),
      ({ length }) => length > 0,
    );
    const file = join(work, 'given.log');
    writeFileSync(file, (await query(origin, where)).map((line) => `${line}\n`).join(''));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [AUDIT, 'verify', '--from-log', file, '--key', key],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout + stderr);
  });
}

/** The bodies of the log records that match, by position. https://docs.victoriametrics.com/victorialogs/logsql/ */
async function query(origin: string, text: string): Promise<readonly string[]> {
  const answer = await fetch(`${origin}/select/logsql/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: text }),
  });
  assert.equal(answer.status, 200);
  const found = (await answer.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, string>>);
  const position = (entry: Readonly<Record<string, string>>): number =>
    Number(entry['llm_boundary.log.position']);
  return found.sort((a, b) => position(a) - position(b)).map((entry) => entry['_msg'] ?? '');
}
