import { otlpSettingsFrom } from './settings.ts';

const AT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

/** As if nothing had been set but the endpoint. */
const DEFAULTS = otlpSettingsFrom(AT);

describe('what cannot be used is left out, and told', () => {
  it.each<[Readonly<Record<string, string>>, string]>([
    [{ OTEL_SDK_DISABLED: '1' }, 'OTEL_SDK_DISABLED "1": expected true, false; false is used'],
    [{ OTEL_SDK_DISABLED: 'yes' }, 'OTEL_SDK_DISABLED "yes": expected true, false; false is used'],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, 'expected gzip, none; none is used'],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '10s' }, 'expected a whole number from 1 to 600000; 10000 is used'],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '0' }, 'OTEL_EXPORTER_OTLP_TIMEOUT "0"'],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, 'OTEL_TRACES_SAMPLER "jaeger_remote": expected always_on'],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '0' }, 'OTEL_BSP_MAX_QUEUE_SIZE "0"'],
    [{ OTEL_METRIC_EXPORT_INTERVAL: '1' }, 'OTEL_METRIC_EXPORT_INTERVAL "1"'],
    [
      { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' },
      'expected cumulative; cumulative is used',
    ],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=1,prod' }, 'OTEL_RESOURCE_ATTRIBUTES "prod": expected KEY=VALUE'],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'a=%' }, 'a percent-encoded value; it is left out'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, 'expected http/protobuf; http/protobuf is used'],
    [
      { OTEL_TRACES_EXPORTER: 'otlp,console' },
      '"otlp,console": expected otlp, none; traces are exported by otlp alone',
    ],
  ])('%j: as if it were not set', (env, message) => {
    const { problems, ...settings } = otlpSettingsFrom({ ...AT, ...env });
    expect({ ...settings, problems: [] }).toEqual(DEFAULTS);
    expect(problems.join('\n')).toContain(message);
  });

  it.each<[Readonly<Record<string, string>>, string]>([
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT "collector:4318": expected',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector:4317' }, 'expected http(s)://HOST'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/#here' }, 'expected http(s)://HOST'],
    [
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://u:secret@c' },
      'with credentials in the headers; no traces are',
    ],
    [
      { ...AT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      '"grpc": expected http/protobuf; no traces are exported',
    ],
    [
      { OTEL_TRACES_EXPORTER: 'otlp' },
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT is missing; no traces are exported',
    ],
    [
      { ...AT, OTEL_TRACES_EXPORTER: 'zipkin', OTEL_METRICS_EXPORTER: 'prometheus' },
      'OTEL_TRACES_EXPORTER "zipkin": expected otlp, none; traces are exported nowhere',
    ],
  ])('%j: nothing is exported', (env, message) => {
    const { traces, metrics, problems } = otlpSettingsFrom(env);
    expect([traces, metrics]).toEqual([null, null]);
    expect(problems.join('\n')).toContain(message);
  });

  it.each<[Readonly<Record<string, string>>, object]>([
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' }, { traces: { ratio: 1 } }],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' }, { traces: { ratio: 1 } }],
    [
      { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '11' },
      { traces: { queueSpans: 10, batchSpans: 10 } },
    ],
    [{ OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' }, { metrics: null, traces: { signal: 'traces' } }],
    [{ OTEL_RESOURCE_ATTRIBUTES: 'b', OTEL_SERVICE_NAME: 'y' }, { resource: { 'service.name': 'y' } }],
  ])('%j: the rest holds', (env, expected) => {
    const settings = otlpSettingsFrom({ ...AT, ...env });
    expect(settings).toMatchObject(expected);
    expect(settings.problems).toHaveLength(1);
  });

  it('and no secret of a URL is repeated', () => {
    const { problems } = otlpSettingsFrom({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://u:secret@c' });
    expect(problems.join()).not.toContain('secret');
  });
});

describe('nothing is exported', () => {
  it.each<Readonly<Record<string, string>>>([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector/v1/logs' },
    { ...AT, OTEL_SDK_DISABLED: 'TRUE' },
    { ...AT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
    // A variable of what is off does not matter.
    { OTEL_TRACES_SAMPLER: 'jaeger_remote' },
  ])('%j', (env) => {
    expect(otlpSettingsFrom(env)).toEqual({ traces: null, metrics: null, resource: {}, problems: [] });
  });
});

it('has the defaults of OpenTelemetry', () => {
  expect(otlpSettingsFrom(AT)).toEqual({
    traces: {
      ...{ signal: 'traces', endpoint: 'http://collector:4318/v1/traces', compression: 'none' },
      ...{ timeoutMs: 10_000, sampler: 'parentbased_always_on', ratio: 1 },
      ...{ queueSpans: 2_048, batchSpans: 512, delayMs: 5_000 },
    },
    metrics: {
      ...{ signal: 'metrics', endpoint: 'http://collector:4318/v1/metrics', compression: 'none' },
      ...{ timeoutMs: 10_000, intervalMs: 60_000 },
    },
    resource: {},
    problems: [],
  });
});

it.each<[Readonly<Record<string, string>>, object]>([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://c/otlp/' }, { traces: { endpoint: 'https://c/otlp/v1/traces' } }],
  [
    { ...AT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://c/own' },
    { traces: { endpoint: 'https://c/own' }, metrics: { endpoint: 'http://collector:4318/v1/metrics' } },
  ],
  [
    { ...AT, OTEL_METRICS_EXPORTER: 'none' },
    { metrics: null, traces: { signal: 'traces' } },
  ],
  [
    { ...AT, OTEL_EXPORTER_OTLP_TIMEOUT: '1', OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2' },
    { traces: { timeoutMs: 2 }, metrics: { timeoutMs: 1 } },
  ],
  [
    { ...AT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '.25' },
    { traces: { sampler: 'traceidratio', ratio: 0.25 } },
  ],
  [{ ...AT, OTEL_BSP_MAX_QUEUE_SIZE: '10' }, { traces: { queueSpans: 10, batchSpans: 10 } }],
  [
    { ...AT, OTEL_RESOURCE_ATTRIBUTES: 'a=1,service.name=x, b=two%20words', OTEL_SERVICE_NAME: 'y' },
    { resource: { a: '1', 'service.name': 'y', b: 'two words' } },
  ],
])('%j', (env, expected) => {
  expect(otlpSettingsFrom(env)).toMatchObject(expected);
});
