import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Direction } from '../exchange/index.ts';
import { BoundedNames, NONE } from './bounded-names.ts';
import { LABEL_LIMITS, METRICS, type MetricName } from './definitions.ts';
import { LoopDelay } from './loop-delay.ts';
import { Tally } from './tally.ts';
import type { Telemetry, UnsentRecord } from './telemetry.ts';

export interface TelemetryOptions {
  /** Version of the sidecar, for `llm_boundary_build_info`. */
  readonly version?: string;
  /** Milliseconds since the epoch. */
  readonly clock?: () => number;
  /** False omits the metrics of the process and of Node.js. */
  readonly process?: boolean;
}

/** One metric with all of its values. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  /** Of a histogram, `metricName` is NAME_bucket, NAME_sum or NAME_count. */
  readonly values: readonly {
    readonly metricName?: string;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
    readonly value: number;
  }[];
}

/** Metrics of one sidecar, in a registry of its own. */
export interface Metrics extends Telemetry {
  /** Value of the `content-type` header. */
  readonly contentType: string;
  /** The Prometheus text format. */
  text(): Promise<string>;
  /** The same values. */
  values(): Promise<readonly MetricFamily[]>;
}

const directions: readonly Direction[] = ['inbound', 'outbound'];

/** Every update is synchronous, barely allocates and cannot throw. */
export function createTelemetry(options: TelemetryOptions = {}): Metrics {
  const registry = new Registry();
  const inFlight: Record<Direction, number> = { inbound: 0, outbound: 0 };
  let delay: LoopDelay | null = null;
  if (options.process !== false) {
    delay = new LoopDelay(registry, () => inFlight.inbound + inFlight.outbound);
    // Gauges named like counters: `promtool check metrics` rejects them.
    for (const what of ['handles', 'requests', 'resources'])
      registry.removeSingleMetric(`nodejs_active_${what}_total`);
  }
  gauge(registry, 'llm_boundary_build_info').set(
    { version: options.version ?? 'unknown', node: process.version },
    1,
  );
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    // The package declares the types as an enumeration that it does not have.
    values: async () => (await registry.getMetricsAsJSON()) as unknown as readonly MetricFamily[],
    ...exchangeMetrics(registry, inFlight, () => delay?.used()),
    ...conditionMetrics(registry),
    ...auditMetrics(registry),
    ...recordMetrics(registry),
    ...otlpMetrics(registry),
    ...anchorMetrics(registry),
    ...policyMetrics(registry, options.clock ?? Date.now),
    ...shadowMetrics(registry),
    ...stateMetrics(registry),
    ...classifierMetrics(registry),
  };
}

function exchangeMetrics(
  registry: Registry,
  inFlight: Record<Direction, number>,
  began: () => void,
): Pick<
  Telemetry,
  | 'decision'
  | 'mcp'
  | 'exchange'
  | 'retried'
  | 'messageRefused'
  | 'connection'
  | 'restartNeeded'
  | 'exchangeStarted'
  | 'exchangeEnded'
  | 'overhead'
  | 'upstream'
  | 'timeToFirstToken'
  | 'held'
  | 'detectorError'
  | 'openlyCalled'
> {
  const names = (label: keyof typeof LABEL_LIMITS): BoundedNames => new BoundedNames(LABEL_LIMITS[label]);
  const [models, rules, detectors] = [names('model'), names('rule'), names('detector')];
  const [dialects, outcomes, hosts] = [names('dialect'), names('outcome'), names('host')];
  const decisions = tally(registry, 'llm_boundary_decisions_total');
  const mcp = tally(registry, 'llm_boundary_mcp_decisions_total');
  const exchanges = tally(registry, 'llm_boundary_exchanges_total');
  const connections = tally(registry, 'llm_boundary_connections_total');
  const restart = gauge(registry, 'llm_boundary_policy_needs_restart');
  restart.set(0);
  const retries = tally(registry, 'llm_boundary_upstream_retries_total');
  const messages = tally(registry, 'llm_boundary_messages_refused_total');
  const open = tally(registry, 'llm_boundary_open_schema_calls_total');
  const detectorErrors = tally(registry, 'llm_boundary_detector_errors_total');
  const overhead = perDirection(registry, 'llm_boundary_overhead_seconds');
  const upstream = perDirection(registry, 'llm_boundary_upstream_seconds');
  const firstToken = perDirection(registry, 'llm_boundary_time_to_first_token_seconds');
  let held = 0;
  gauge(registry, 'llm_boundary_exchanges_in_flight', (metric) => {
    for (const direction of directions) metric.set({ direction }, inFlight[direction]);
  });
  gauge(registry, 'llm_boundary_held_chars', (metric) => metric.set(held));
  return {
    decision(...[control, action, rule, mode, model, direction]) {
      decisions.add([control, action, rules.of(rule), models.of(model), direction, mode]);
    },
    mcp({ methods, version }, control, verdict, direction) {
      for (const method of methods.length === 0 ? [NONE] : methods)
        mcp.add([method, version, control, verdict, direction]);
    },
    exchange(dialect, direction, outcome, status) {
      exchanges.add([dialects.of(dialect), direction, outcomes.of(outcome), statusClass(status)]);
    },
    retried: (direction) => retries.add([direction]),
    messageRefused: (direction, reason) => messages.add([direction, reason]),
    connection: (...[direction, protocol, verdict, host]) =>
      connections.add([direction, protocol, verdict, hosts.of(host)]),
    restartNeeded: (ports) => restart.set(ports),
    exchangeStarted(direction) {
      inFlight[direction] += 1;
      began();
    },
    exchangeEnded: (direction) => void (inFlight[direction] -= 1),
    overhead: (direction, seconds) => observe(overhead[direction], seconds),
    upstream: (direction, seconds) => observe(upstream[direction], seconds),
    timeToFirstToken: (direction, seconds) => observe(firstToken[direction], seconds),
    held: (delta) => void (held += delta),
    detectorError: (detector) => detectorErrors.add([detectors.of(detector)]),
    openlyCalled: (direction) => open.add([direction]),
  };
}

function conditionMetrics(registry: Registry): Pick<Telemetry, 'conditionBroken' | 'conditionStates'> {
  let read: Parameters<Telemetry['conditionStates']>[0] = () => [];
  const breaks = tally(registry, 'llm_boundary_condition_breaks_total');
  gauge(registry, 'llm_boundary_condition_met', (metric) => {
    for (const [condition, state] of read()) metric.set({ condition }, state);
  });
  return {
    conditionBroken: (condition, reason) => breaks.add([condition, reason]),
    conditionStates: (given) => void (read = given),
  };
}

function auditMetrics(registry: Registry): Pick<Telemetry, 'auditLag' | 'auditError' | 'auditBytes'> {
  const lag = histogram(registry, 'llm_boundary_audit_lag_seconds');
  const errors = counter(registry, 'llm_boundary_audit_errors_total');
  const bytes = gauge(registry, 'llm_boundary_audit_bytes');
  const limit = gauge(registry, 'llm_boundary_audit_limit_bytes');
  return {
    auditLag: (seconds) => observe(lag, seconds),
    auditError: () => errors.inc(),
    auditBytes: (used, limitBytes) => {
      bytes.set(used);
      limit.set(limitBytes);
    },
  };
}

function recordMetrics(registry: Registry): Pick<Telemetry, 'recordUnsent' | 'recordExported'> {
  let read: () => readonly UnsentRecord[] = () => [];
  const endpoints = new BoundedNames(LABEL_LIMITS.endpoint);
  const exports = tally(registry, 'llm_boundary_record_exports_total');
  const each = (name: NameOf<'gauge'>, valueOf: (unsent: UnsentRecord) => number): void =>
    void gauge(registry, name, (metric) => {
      metric.reset();
      for (const unsent of read())
        metric.set(
          { endpoint: endpoints.of(unsent.endpoint), required: String(unsent.required) },
          valueOf(unsent),
        );
    });
  each('llm_boundary_record_unsent_lines', ({ lines }) => lines);
  each('llm_boundary_record_unsent_bytes', ({ bytes }) => bytes);
  each('llm_boundary_record_unsent_age_seconds', ({ ageMs }) => ageMs / 1_000);
  each('llm_boundary_record_unsent_pruned_lines', ({ prunedLines }) => prunedLines);
  return {
    recordUnsent: (source) => void (read = source),
    recordExported: (endpoint, result) => exports.add([endpoints.of(endpoint), result]),
  };
}

function otlpMetrics(registry: Registry): Pick<Telemetry, 'otlpExported' | 'spansDropped'> {
  const exports = tally(registry, 'llm_boundary_otlp_exports_total');
  const dropped = tally(registry, 'llm_boundary_spans_dropped_total');
  return {
    otlpExported: (signal, result) => exports.add([signal, result]),
    spansDropped: (reason, spans) => dropped.add([reason], spans),
  };
}

function anchorMetrics(registry: Registry): Pick<Telemetry, 'anchorHead' | 'anchorAge'> {
  let read: (() => number | null) | null = null;
  const heads = tally(registry, 'llm_boundary_anchor_heads_sent_total');
  gauge(registry, 'llm_boundary_anchor_age_seconds', (metric) => {
    if (read === null) metric.reset();
    else metric.set(read() ?? -1);
  });
  return {
    anchorHead: (result) => heads.add([result]),
    anchorAge: (source) => void (read = source),
  };
}

function policyMetrics(
  registry: Registry,
  clock: () => number,
): Pick<Telemetry, 'policyLoaded' | 'policyRejected'> {
  let loadedMs: number | null = null;
  const generations = gauge(registry, 'llm_boundary_policy_generation');
  const info = gauge(registry, 'llm_boundary_policy_info');
  const loaded = gauge(registry, 'llm_boundary_policy_loaded_timestamp_seconds');
  const rejected = counter(registry, 'llm_boundary_policy_rejected_total');
  gauge(registry, 'llm_boundary_policy_age_seconds', (metric) =>
    metric.set(loadedMs === null ? 0 : Math.max(0, clock() - loadedMs) / 1_000),
  );
  return {
    policyLoaded(name, generation, sha256, loadedAtMs) {
      loadedMs = loadedAtMs;
      info.reset();
      info.set({ name, sha256 }, 1);
      generations.set(generation);
      loaded.set(loadedAtMs / 1_000);
    },
    policyRejected: () => rejected.inc(),
  };
}

function shadowMetrics(
  registry: Registry,
): Pick<Telemetry, 'shadowChanged' | 'shadowJudged' | 'shadowRejected'> {
  const info = gauge(registry, 'llm_boundary_shadow_info');
  const judged = tally(registry, 'llm_boundary_shadow_exchanges_total');
  const rejected = counter(registry, 'llm_boundary_shadow_rejected_total');
  return {
    shadowChanged(sha256) {
      info.reset();
      if (sha256 !== null) info.set({ sha256 }, 1);
    },
    shadowJudged: (...[direction, result, control, code]) => judged.add([direction, result, control, code]),
    shadowRejected: () => rejected.inc(),
  };
}

function stateMetrics(registry: Registry): Pick<Telemetry, 'stateAsked' | 'stateReachable'> {
  const asked = tally(registry, 'llm_boundary_state_requests_total');
  const seconds = histogram(registry, 'llm_boundary_state_seconds');
  const unreachable = gauge(registry, 'llm_boundary_state_unreachable');
  return {
    stateAsked(result, took) {
      asked.add([result]);
      if (took !== undefined) observe(seconds, took);
    },
    stateReachable: (isReachable) => unreachable.set(isReachable ? 0 : 1),
  };
}

function classifierMetrics(
  registry: Registry,
): Pick<Telemetry, 'classifierAsked' | 'classifierPaused' | 'classified'> {
  const asked = tally(registry, 'llm_boundary_classifier_requests_total');
  const seconds = histogram(registry, 'llm_boundary_classifier_seconds');
  const paused = gauge(registry, 'llm_boundary_classifier_paused');
  const texts = tally(registry, 'llm_boundary_classifier_texts_total');
  return {
    classifierAsked(result, took) {
      asked.add([result]);
      if (took !== undefined) observe(seconds, took);
    },
    classifierPaused: (isPaused) => paused.set(isPaused ? 1 : 0),
    classified: (result) => texts.add([result]),
  };
}

/** `2xx`; `none` if no status was sent. */
function statusClass(status: number): string {
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : NONE;
}

interface Observer {
  observe(value: number): void;
}

/** prom-client throws on values that are not finite, and a clock that was set back must not yield a negative time. */
function observe(observer: Observer, seconds: number): void {
  if (Number.isFinite(seconds)) observer.observe(Math.max(0, seconds));
}

type NameOf<T extends string> = {
  [K in MetricName]: (typeof METRICS)[K]['type'] extends T ? K : never;
}[MetricName];

function tally(registry: Registry, name: NameOf<'counter'>): Tally {
  return new Tally(registry, name, METRICS[name].help, METRICS[name].labels);
}

function counter(registry: Registry, name: NameOf<'counter'>): Counter {
  return new Counter({ name, help: METRICS[name].help, registers: [registry] });
}

function gauge(registry: Registry, name: NameOf<'gauge'>, collect?: (metric: Gauge) => void): Gauge {
  const { help, labels } = METRICS[name];
  return new Gauge({
    name,
    help,
    labelNames: labels,
    registers: [registry],
    collect() {
      collect?.(this);
    },
  });
}

function histogram(registry: Registry, name: NameOf<'histogram'>): Histogram {
  const { help, labels, buckets } = METRICS[name];
  return new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] });
}

function perDirection(registry: Registry, name: NameOf<'histogram'>): Readonly<Record<Direction, Observer>> {
  const metric = histogram(registry, name);
  return { inbound: metric.labels('inbound'), outbound: metric.labels('outbound') };
}
