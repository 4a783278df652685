import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { freePort } from '../../process/free-port.ts';
import { startSidecar } from '../../process/sidecar.ts';
import { until } from '../../process/until.ts';
import { builtTool } from '../built-tool.ts';
import { startChatModel } from '../chat-model.ts';
import { keyOf, send, unsentLines } from '../exchanges.ts';
import { OtelCollector } from '../otel-collector.ts';
import type { Steps } from '../steps.ts';
import { installKafka, KafkaBroker } from './broker.ts';

const AUDIT = fileURLToPath(new URL('../../../../sidecar/dist/commands/audit/main.js', import.meta.url));
const TOPIC = 'llm-boundary-record';
const REQUESTS = 40;
const PAUSE_MS = 20;

/** The record through a queue: by a collector into Kafka, whose broker and collector are killed on the way, and verified from what a consumer reads. */
export async function tryKafka(steps: Steps): Promise<void> {
  steps.title('Kafka (Maven artefacts) behind an OpenTelemetry Collector');
  const [tool, kafka] = [builtTool('otelcol'), installKafka()];
  if ('missing' in tool || 'missing' in kafka) {
    const missing = [tool, kafka].flatMap((each) => ('missing' in each ? [each.missing] : []));
    steps.skip('everything', missing.join('; '));
    return;
  }
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-kafka-'));
  const model = await startChatModel('Here.');
  const [port, health, listener, controller] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const broker = new KafkaBroker(kafka.folder, join(work, 'kafka'), [listener, controller]);
  const collector = new OtelCollector(tool.program, work, [port, health], {
    more: {
      kafka: {
        brokers: [broker.server],
        logs: { topic: TOPIC, encoding: 'otlp_json' },
        sending_queue: { storage: 'file_storage' },
        retry_on_failure: { max_elapsed_time: '0s' },
      },
    },
  });
  try {
    await broker.start();
    broker.createTopic(TOPIC);
    await collector.start();
    await queued(steps, {
      broker,
      collector,
      work,
      model: model.origin,
      endpoint: `http://127.0.0.1:${port}`,
    });
  } finally {
    await collector.end('SIGKILL');
    await broker.end('SIGKILL');
    await model.close();
    rmSync(work, { recursive: true, force: true });
  }
}

interface Place {
  readonly broker: KafkaBroker;
  readonly collector: OtelCollector;
  readonly work: string;
  readonly model: string;
  /** Of the collector. */
  readonly endpoint: string;
}

async function queued(steps: Steps, { broker, collector, work, model, endpoint }: Place): Promise<void> {
  const policy = JSON.stringify({ version: 1, audit: { required: true, sinks: [{ otlp: { endpoint } }] } });
  const sidecar = await startSidecar({ upstreams: [model], policy });
  const key = keyOf(sidecar);
  const acknowledged: string[] = [];
  await steps.run('the broker is killed in the middle of traffic, which goes on', async () => {
    const traffic = send(sidecar, { count: REQUESTS, pauseMs: PAUSE_MS }, acknowledged);
    await sleep(300);
    await broker.end('SIGKILL');
    await traffic;
    assert.equal(acknowledged.length, REQUESTS);
  });
  await steps.run(
    'the collector takes lines without the broker, and is killed with them in its queue',
    async () => {
      await until(
        'no line is unsent',
        () => unsentLines(sidecar),
        (lines) => lines === 0,
      );
      await collector.end('SIGKILL');
      await collector.start();
      await broker.start();
    },
  );
  await send(sidecar, { count: 5, pauseMs: PAUSE_MS }, acknowledged);
  await until(
    'no line is unsent',
    () => unsentLines(sidecar),
    (lines) => lines === 0,
  );
  await sidecar.stop();
  let messages = '';
  await steps.run(
    'every exchange that was answered comes into the topic, and the end of the record',
    async () => {
      const wanted = [...acknowledged, String.raw`\"kind\":\"seal\"`];
      messages = await until(
        'every exchange',
        () => broker.messages(TOPIC),
        (all) => wanted.every((text) => all.includes(text)),
      );
    },
  );
  await steps.run('what a consumer reads is the record: it verifies', () => {
    const file = join(work, 'messages.json');
    writeFileSync(file, messages);
    const args = ['verify', '--from-otlp', file, '--key', key];
    const { status, stdout, stderr } = spawnSync(process.execPath, [AUDIT, ...args], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
}
