import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';

import { ProtobufMetricsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';

import { CredentialSource, type Credentials } from '../audit/ship/credentials.ts';
import { identityFrom } from '../audit/record/identity.ts';
import { workloadFrom } from '../exchange/index.ts';
import type { Log } from '../telemetry/log.ts';
import type { MetricFamily, Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import { ExchangeSpans } from './exchange-spans.ts';
import { metricDataOf } from './metric-data.ts';
import { MetricReader } from './metric-reader.ts';
import { resourceOf } from './resource.ts';
import { samplerOf } from './sampler.ts';
import { Sender } from './sender.ts';
import type { MetricSettings, OtlpSettings, SignalSettings, TraceSettings } from './settings.ts';
import { SpanQueue } from './span-queue.ts';

export interface ExportOptions {
  readonly settings: OtlpSettings;
  /** The variables of OpenTelemetry, and those that injection sets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the credentials for receivers; null: the variables have them. */
  readonly credentialsDir: string | null;
  /** Name of the machine, for the resource. */
  readonly host: string;
  readonly version: string;
  /** Adds the attributes of the proposal for guardrails. */
  readonly guardrails: boolean;
  readonly trust: SecureContext;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  readonly telemetry: Pick<Metrics, 'otlpExported' | 'spansDropped' | 'values'>;
  readonly log: Pick<Log, 'warning'>;
}

/** What runs for one signal. */
interface Running {
  /** Sends what is there. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** What the sidecar exports by OTLP beside the record. */
export class OtlpExport {
  /** Null: spans are not exported. */
  readonly tracing: Tracing | null;
  readonly #running: readonly Running[];

  private constructor(tracing: Tracing | null, running: readonly Running[]) {
    this.tracing = tracing;
    this.#running = running;
  }

  /** A signal whose credentials cannot be read or would be sent in the clear is not exported, which the log says. */
  static async open(options: ExportOptions): Promise<OtlpExport> {
    const { settings, env, host, version } = options;
    const resource = resourceOf(identityFrom(env, host), workloadFrom(env), version, settings.resource);
    const traces = settings.traces === null ? null : await openTraces(options, settings.traces, resource);
    const metrics = settings.metrics === null ? null : await openMetrics(options, settings.metrics, resource);
    const running = [traces?.running ?? null, metrics].filter((each) => each !== null);
    return new OtlpExport(traces?.tracing ?? null, running);
  }

  /** Sends what is left, for at most `graceMs`. Never rejects. */
  async close(graceMs: number): Promise<void> {
    const ending = new AbortController();
    const flushed = Promise.all(this.#running.map((each) => each.flush())).catch(() => undefined);
    await Promise.race([flushed, sleep(graceMs, null, { signal: ending.signal }).catch(() => undefined)]);
    ending.abort();
    await Promise.all(this.#running.map((each) => each.close()));
  }
}

async function openTraces(
  options: ExportOptions,
  settings: TraceSettings,
  resource: Resource,
): Promise<{ readonly tracing: Tracing; readonly running: Running } | null> {
  const { version, guardrails, trust, lookup, telemetry, log } = options;
  const credentials = await credentialsFor(options, settings);
  if (credentials === null) return null;
  const sender = new Sender<ReadableSpan>({
    ...{ settings, trust, lookup, telemetry, log },
    credentials,
    encode: (spans) => encoded(ProtobufTraceSerializer.serializeRequest([...spans])),
  });
  const queue = new SpanQueue(
    settings,
    (spans) => sender.send(spans),
    (reason, spans) => telemetry.spansDropped(reason, spans),
  );
  const provider = new TracerProvider({
    resource,
    sampler: samplerOf(settings),
    spanLimits: { attributeValueLengthLimit: 256 },
    spanProcessors: [queue],
  });
  const tracer = provider.getTracer('llm-boundary', version);
  const begun = { tracer, guardrails, now: () => performance.timeOrigin + performance.now() };
  return {
    tracing: { begin: (start) => new ExchangeSpans(begun, start) },
    running: { flush: () => queue.shutdown(), close: () => sender.close() },
  };
}

async function openMetrics(
  options: ExportOptions,
  settings: MetricSettings,
  resource: Resource,
): Promise<Running | null> {
  const { version, trust, lookup, telemetry, log } = options;
  const credentials = await credentialsFor(options, settings);
  if (credentials === null) return null;
  const startMs = performance.timeOrigin;
  const scope = { name: 'llm-boundary', version };
  const sender = new Sender<MetricFamily>({
    ...{ settings, trust, lookup, telemetry, log },
    credentials,
    encode: (families) => {
      const metrics = metricDataOf(families, { startMs, endMs: Date.now() });
      return encoded(
        ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics: [{ scope, metrics }] }),
      );
    },
  });
  const reader = new MetricReader({
    intervalMs: settings.intervalMs,
    read: () => telemetry.values(),
    send: (families) => sender.send(families),
  });
  return { flush: () => reader.finish(), close: () => sender.close() };
}

/** Null: there are none that may be used, which is told. */
async function credentialsFor(
  { env, credentialsDir, log }: ExportOptions,
  { signal, endpoint }: SignalSettings,
): Promise<Credentials | null> {
  try {
    return await new CredentialSource(credentialsDir, env, signal).for(endpoint);
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    log.warning(`OpenTelemetry: no ${signal} are exported: ${reason}`);
    return null;
  }
}

/** @throws Error */
function encoded(request: Uint8Array | undefined): Uint8Array {
  if (request === undefined) throw new Error('the batch cannot be encoded');
  return request;
}
