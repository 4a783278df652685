/** One span as the collector wrote it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** As OTLP numbers them: 1 internal, 2 server, 3 client. */
  readonly kind: number;
  /** 2: error. */
  readonly status: number;
  /** Unix times in nanoseconds. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: ReadonlyMap<string, unknown>;
  /** Attributes of what it came from. */
  readonly resource: ReadonlyMap<string, unknown>;
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface SpanLine {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Pick<ReceivedSpan, 'name' | 'traceId' | 'spanId' | 'kind'> & {
        readonly parentSpanId?: string;
        readonly status?: { readonly code?: number };
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes?: readonly KeyValue[];
      })[];
    }[];
  }[];
}

interface MetricLine {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly { readonly name: string }[] }[];
  }[];
}

function attributesOf(values: readonly KeyValue[] = []): ReadonlyMap<string, unknown> {
  return new Map(values.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function linesOf(text: string): readonly (SpanLine & MetricLine)[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SpanLine & MetricLine);
}

/** The spans in what a collector wrote. */
export function spansIn(text: string): readonly ReceivedSpan[] {
  return linesOf(text).flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => ({
          ...{ name: span.name, traceId: span.traceId, spanId: span.spanId, kind: span.kind },
          parentSpanId: span.parentSpanId ?? '',
          status: span.status?.code ?? 0,
          start: BigInt(span.startTimeUnixNano),
          end: BigInt(span.endTimeUnixNano),
          attributes: attributesOf(span.attributes),
          resource: attributesOf(resource.attributes),
        })),
      ),
    ),
  );
}

/** Names of the metrics in what a collector wrote. */
export function metricsIn(text: string): ReadonlySet<string> {
  return new Set(
    linesOf(text).flatMap(({ resourceMetrics = [] }) =>
      resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics.map(({ name }) => name)),
      ),
    ),
  );
}
