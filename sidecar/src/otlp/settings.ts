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
  /** What cannot be used, each with the variable, what is expected and what is done in its place. */
  readonly problems: readonly string[];
}

/**
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/: an empty variable is an unset one, and so is a value that
 * is not known, with a warning.
 */
class Variables {
  readonly problems: string[] = [];
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
    return known ?? this.instead(fallback, found, values.join(', '));
  }

  /** Notes a value that cannot be used. @returns what is used in its place */
  instead<T extends string | number>(
    fallback: T,
    { name, value }: { readonly name: string; readonly value: string },
    expected: string,
  ): T {
    this.problems.push(`${wrong(name, value, expected)}; ${fallback} is used`);
    return fallback;
  }

  whole(fallback: number, [least, most]: readonly [number, number], ...names: readonly string[]): number {
    const found = this.first(...names);
    if (found === null) return fallback;
    const number = /^\d{1,9}$/.test(found.value) ? Number(found.value) : Number.NaN;
    return number >= least && number <= most
      ? number
      : this.instead(fallback, found, `a whole number from ${least} to ${most}`);
  }
}

function wrong(name: string, value: string, expected: string): string {
  return `${name} ${JSON.stringify(value)}: expected ${expected}`;
}

/**
 * Reads the variables of OpenTelemetry. A signal is exported if it has an endpoint, by its own variable or by that of all signals, and is not
 * switched off; there is no default endpoint. Other operators set such variables on all pods, so none of them is an error.
 */
export function otlpSettingsFrom(env: Environment): OtlpSettings {
  const variables = new Variables(env);
  const off = variables.one(['true', 'false'], 'false', 'OTEL_SDK_DISABLED') === 'true';
  const traces = off ? null : tracesIn(variables);
  const metrics = off ? null : metricsIn(variables);
  const resource = traces === null && metrics === null ? {} : resourceIn(variables);
  return { traces, metrics, resource, problems: variables.problems };
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
  const names = (key: string): readonly [string, string] => namesOf(signal, key);
  const [own, general] = names('ENDPOINT');
  const endpoint = variables.first(own, general);
  if (!isWanted(variables, signal)) return null;
  if (endpoint === null) {
    const asked = `OTEL_${signal.toUpperCase()}_EXPORTER`;
    if (variables.text(asked) !== null)
      variables.problems.push(`${asked}: ${own} or ${general} is missing; no ${signal} are exported`);
    return null;
  }
  if (!isSpoken(variables, signal)) return null;
  const url = urlIn(endpoint);
  if (typeof url === 'string') {
    variables.problems.push(`${url}; no ${signal} are exported`);
    return null;
  }
  // That of all signals is a base (specification of the OTLP exporter, "Endpoint URLs for OTLP/HTTP").
  if (endpoint.name === general) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/${signal}`;
  return {
    signal,
    endpoint: url.href,
    compression: variables.one(['gzip', 'none'], 'none', ...names('COMPRESSION')),
    timeoutMs: variables.whole(10_000, [1, 600_000], ...names('TIMEOUT')),
  };
}

/** A signal's own variable, and that of all. */
function namesOf(signal: Signal, key: string): readonly [own: string, general: string] {
  return [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${key}`, `OTEL_EXPORTER_OTLP_${key}`];
}

/** `OTEL_…_EXPORTER` is a list; what is in it beside `otlp` is not exported to. */
function isWanted(variables: Variables, signal: Signal): boolean {
  const name = `OTEL_${signal.toUpperCase()}_EXPORTER`;
  const value = variables.text(name) ?? 'otlp';
  const listed = value.split(',').map((one) => one.trim().toLowerCase());
  const others = listed.filter((one) => one !== 'otlp' && one !== 'none');
  const isOtlp = listed.includes('otlp');
  if (others.length > 0)
    variables.problems.push(
      `${wrong(name, value, 'otlp, none')}; ${signal} are exported ${isOtlp ? 'by otlp alone' : 'nowhere'}`,
    );
  return isOtlp;
}

/** A receiver of `http/json` takes `http/protobuf` at the same place; one of gRPC does not. */
function isSpoken(variables: Variables, signal: Signal): boolean {
  const found = variables.first(...namesOf(signal, 'PROTOCOL'));
  if (found === null) return true;
  const value = found.value.toLowerCase();
  if (value === 'http/protobuf') return true;
  const isHttp = value === 'http/json';
  const instead = isHttp ? 'http/protobuf is used' : `no ${signal} are exported`;
  variables.problems.push(`${wrong(found.name, found.value, 'http/protobuf')}; ${instead}`);
  return isHttp;
}

/** @returns what is wrong with it, if it cannot be used */
function urlIn({ name, value }: { readonly name: string; readonly value: string }): URL | string {
  const expected = 'http(s)://HOST[:PORT][/PATH], such as http://otel-collector.observability.svc:4318';
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return wrong(name, value, expected);
  }
  // What stands before the @ is a secret, which no message repeats.
  if (url.username !== '' || url.password !== '')
    return `${name}: expected ${expected}, with credentials in the headers`;
  if (!['http:', 'https:'].includes(url.protocol) || url.hash !== '') return wrong(name, value, expected);
  return url;
}

function ratioIn(variables: Variables): number {
  const text = variables.text('OTEL_TRACES_SAMPLER_ARG') ?? '1';
  const ratio = /^(\d+(\.\d*)?|\.\d+)(e-\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (ratio >= 0 && ratio <= 1) return ratio;
  return variables.instead(1, { name: 'OTEL_TRACES_SAMPLER_ARG', value: text }, 'a number from 0 to 1');
}

/** `OTEL_RESOURCE_ATTRIBUTES`, or nothing of it, and `OTEL_SERVICE_NAME`. */
function resourceIn(variables: Variables): Readonly<Record<string, string>> {
  const name = 'OTEL_RESOURCE_ATTRIBUTES';
  const attributes = attributesIn(variables.text(name) ?? '');
  if (typeof attributes === 'string') variables.problems.push(`${name} ${attributes}; it is left out`);
  const known = typeof attributes === 'string' ? {} : attributes;
  const service = variables.text('OTEL_SERVICE_NAME');
  return service === null ? known : { ...known, 'service.name': service };
}

/**
 * `key=value,…`, percent-encoded as in W3C Baggage (specification of resources, "Specifying resource information"). @returns what is wrong
 * with it, if it cannot be used
 */
function attributesIn(given: string): Readonly<Record<string, string>> | string {
  const attributes: Record<string, string> = {};
  for (const part of given.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const key = part.slice(0, Math.max(equals, 0)).trim();
    if (!/^[\w.:/-]{1,255}$/.test(key))
      return `${JSON.stringify(part)}: expected KEY=VALUE,…, such as deployment.environment.name=prod`;
    try {
      attributes[key] = decodeURIComponent(part.slice(equals + 1).trim());
    } catch {
      return `${JSON.stringify(part)}: expected a percent-encoded value`;
    }
  }
  return attributes;
}
