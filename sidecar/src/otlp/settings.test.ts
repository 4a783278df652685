import { otlpSettingsFrom } from './settings.ts';

const AT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('what cannot be used is refused', () => {
  it.each<[Readonly<Record<string, string>>, string]>([
    [{ OTEL_SDK_DISABLED: 'yes' }, 'OTEL_SDK_DISABLED "yes": expected true, false'],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      'OTEL_EXPORTER_OTLP_ENDPOINT "collector:4318": expected',
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector:4317' }, 'expected http(s)://HOST'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://u:secret@c' }, 'credentials belong into the headers'],
    [
      { ...AT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL "grpc": expected http/protobuf',
    ],
    [
      { ...AT, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json' },
      'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL "http/json"',
    ],
    [{ ...AT, OTEL_EXPORTER_OTLP_COMPRESSION: 'zstd' }, 'expected gzip, none'],
    [{ ...AT, OTEL_EXPORTER_OTLP_TIMEOUT: '10s' }, 'expected a whole number from 1 to 600000'],
    [{ ...AT, OTEL_EXPORTER_OTLP_TIMEOUT: '0' }, 'OTEL_EXPORTER_OTLP_TIMEOUT "0"'],
    [
      { ...AT, OTEL_TRACES_SAMPLER: 'jaeger_remote' },
      'OTEL_TRACES_SAMPLER "jaeger_remote": expected always_on',
    ],
    [
      { ...AT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' },
      'expected a number from 0 to 1',
    ],
    [
      { ...AT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10%' },
      'OTEL_TRACES_SAMPLER_ARG "10%"',
    ],
    [{ ...AT, OTEL_BSP_MAX_QUEUE_SIZE: '0' }, 'OTEL_BSP_MAX_QUEUE_SIZE "0"'],
    [{ ...AT, OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '11' }, 'from 1 to 10'],
    [{ ...AT, OTEL_METRIC_EXPORT_INTERVAL: '1' }, 'OTEL_METRIC_EXPORT_INTERVAL "1"'],
    [{ ...AT, OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' }, 'expected cumulative'],
    [{ ...AT, OTEL_RESOURCE_ATTRIBUTES: 'prod' }, 'OTEL_RESOURCE_ATTRIBUTES "prod": expected KEY=VALUE'],
    [{ ...AT, OTEL_RESOURCE_ATTRIBUTES: 'a=%' }, 'a percent-encoded value'],
    [
      { OTEL_TRACES_EXPORTER: 'otlp' },
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT is missing',
    ],
    [{ ...AT, OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER "zipkin": expected otlp, none'],
  ])('%j', (env, message) => {
    expect(() => otlpSettingsFrom(env)).toThrow(message);
  });

  it('and no secret of a URL is repeated', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://u:secret@c' };
    expect(() => otlpSettingsFrom(env)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string }) as Error,
    );
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
    expect(otlpSettingsFrom(env)).toEqual({ traces: null, metrics: null, resource: {} });
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
