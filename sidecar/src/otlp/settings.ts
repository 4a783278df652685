/** A setting of OpenTelemetry that cannot be used; the message names the variable and what is expected. */
export class OtlpSettingError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** Traces and metrics; the record goes its own way (`audit.sinks`). */
type Signal = 'traces' | 'metrics';

/** Where one signal goes. */
export interface SignalSettings {
  readonly signal: Signal;
  readonly endpoint: string;
  readonly compression: 'gzip' | 'none';
  /** Of one batch, with its repetitions. */
  readonly timeoutMs: number;
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface TraceSettings extends SignalSettings {
  readonly sampler: (typeof SAMPLERS)[number];
  /** From 0 to 1. */
  readonly ratio: number;
  readonly queueSpans: number;
  readonly batchSpans: number;
  readonly delayMs: number;
}

export interface MetricSettings extends SignalSettings {
  readonly intervalMs: number;
}

/** What is exported by OTLP beside the record. Null: not that. */
export interface OtlpSettings {
  readonly traces: TraceSettings | null;
  readonly metrics: MetricSettings | null;
  /** Attributes of `OTEL_RESOURCE_ATTRIBUTES`, with `OTEL_SERVICE_NAME`. */
  readonly resource: Readonly<Record<string, string>>;
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/: an empty variable is an unset one. */
class Variables {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  text(name: string): string | null {
    const value = this.#env[name]?.trim() ?? '';
    return value === '' ? null : value;
  }

  /** The first of `names` that is set: a signal's own variable precedes that of all signals. */
  first(...names: readonly string[]): { readonly name: string; readonly value: string } | null {
    for (const name of names) {
      const value = this.text(name);
      if (value !== null) return { name, value };
    }
    return null;
  }

  one<T extends string>(values: readonly T[], fallback: T, ...names: readonly string[]): T {
    const found = this.first(...names);
    if (found === null) return fallback;
    const known = values.find((value) => value === found.value.toLowerCase());
    if (known === undefined) throw wrong(found.name, found.value, values.join(', '));
    return known;
  }

  whole(fallback: number, [least, most]: readonly [number, number], ...names: readonly string[]): number {
    const found = this.first(...names);
    if (found === null) return fallback;
    const number = /^\d{1,9}$/.test(found.value) ? Number(found.value) : Number.NaN;
    if (!(number >= least && number <= most))
      throw wrong(found.name, found.value, `a whole number from ${least} to ${most}`);
    return number;
  }
}

function wrong(name: string, value: string, expected: string): OtlpSettingError {
  return new OtlpSettingError(`${name} ${JSON.stringify(value)}: expected ${expected}`);
}

/**
 * Reads the variables of OpenTelemetry. A signal is exported if it has an endpoint, by its own variable or by that of all signals, and is not
 * switched off; there is no default endpoint. @throws OtlpSettingError
 */
export function otlpSettingsFrom(env: Environment): OtlpSettings {
  const variables = new Variables(env);
  const off = variables.one(['true', 'false'], 'false', 'OTEL_SDK_DISABLED') === 'true';
  const traces = off ? null : tracesIn(variables);
  const metrics = off ? null : metricsIn(variables);
  return { traces, metrics, resource: traces === null && metrics === null ? {} : resourceIn(variables) };
}

function tracesIn(variables: Variables): TraceSettings | null {
  const signal = signalIn(variables, 'traces');
  if (signal === null) return null;
  const queueSpans = variables.whole(2_048, [1, 65_536], 'OTEL_BSP_MAX_QUEUE_SIZE');
  const sampler = variables.one(SAMPLERS, 'parentbased_always_on', 'OTEL_TRACES_SAMPLER');
  return {
    ...signal,
    sampler,
    ratio: sampler.endsWith('traceidratio') ? ratioIn(variables) : 1,
    queueSpans,
    batchSpans: variables.whole(Math.min(512, queueSpans), [1, queueSpans], 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
    delayMs: variables.whole(5_000, [1, 3_600_000], 'OTEL_BSP_SCHEDULE_DELAY'),
  };
}

function metricsIn(variables: Variables): MetricSettings | null {
  const signal = signalIn(variables, 'metrics');
  if (signal === null) return null;
  variables.one(['cumulative'], 'cumulative', 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE');
  return {
    ...signal,
    intervalMs: variables.whole(60_000, [100, 3_600_000], 'OTEL_METRIC_EXPORT_INTERVAL'),
  };
}

function signalIn(variables: Variables, signal: Signal): SignalSettings | null {
  const upper = signal.toUpperCase();
  const names = (key: string): [string, string] => [
    `OTEL_EXPORTER_OTLP_${upper}_${key}`,
    `OTEL_EXPORTER_OTLP_${key}`,
  ];
  if (variables.one(['otlp', 'none'], 'otlp', `OTEL_${upper}_EXPORTER`) === 'none') return null;
  const [own, general] = names('ENDPOINT');
  const endpoint = variables.first(own, general);
  if (endpoint === null) {
    if (variables.text(`OTEL_${upper}_EXPORTER`) === null) return null;
    throw new OtlpSettingError(`OTEL_${upper}_EXPORTER "otlp": ${own} or ${general} is missing`);
  }
  variables.one(['http/protobuf'], 'http/protobuf', ...names('PROTOCOL'));
  const url = urlIn(endpoint);
  // That of all signals is a base (specification of the OTLP exporter, "Endpoint URLs for OTLP/HTTP").
  if (endpoint.name === general) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return {
    signal,
    endpoint: url.href,
    compression: variables.one(['gzip', 'none'], 'none', ...names('COMPRESSION')),
    timeoutMs: variables.whole(10_000, [1, 600_000], ...names('TIMEOUT')),
  };
}

function urlIn({ name, value }: { readonly name: string; readonly value: string }): URL {
  const expected = 'http(s)://HOST[:PORT][/PATH], such as http://otel-collector.observability.svc:4318';
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw wrong(name, value, expected);
  }
  // What stands before the @ is a secret, which no message repeats.
  if (url.username !== '' || url.password !== '')
    throw new OtlpSettingError(`${name}: expected ${expected}; credentials belong into the headers`);
  if (!['http:', 'https:'].includes(url.protocol) || url.hash !== '') throw wrong(name, value, expected);
  return url;
}

function ratioIn(variables: Variables): number {
  const text = variables.text('OTEL_TRACES_SAMPLER_ARG') ?? '1';
  const ratio = /^(\d+(\.\d*)?|\.\d+)(e-\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(ratio >= 0 && ratio <= 1)) throw wrong('OTEL_TRACES_SAMPLER_ARG', text, 'a number from 0 to 1');
  return ratio;
}

/** `key=value,…`, percent-encoded as in W3C Baggage (specification of resources, "Specifying resource information"). */
function resourceIn(variables: Variables): Record<string, string> {
  const attributes: Record<string, string> = {};
  const given = variables.text('OTEL_RESOURCE_ATTRIBUTES') ?? '';
  for (const part of given.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(equals, 0)).trim();
    if (!/^[\w.:/-]{1,255}$/.test(key))
      throw wrong('OTEL_RESOURCE_ATTRIBUTES', part, 'KEY=VALUE,…, such as deployment.environment.name=prod');
    try {
      attributes[key] = decodeURIComponent(part.slice(equals + 1).trim());
    } catch {
      throw wrong('OTEL_RESOURCE_ATTRIBUTES', part, 'a percent-encoded value');
    }
  }
  const service = variables.text('OTEL_SERVICE_NAME');
  return service === null ? attributes : { ...attributes, 'service.name': service };
}
