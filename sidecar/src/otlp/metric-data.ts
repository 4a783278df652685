import { ValueType, type HrTime } from '@opentelemetry/api';
import {
  AggregationTemporality,
  DataPointType,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricDescriptor,
} from '@opentelemetry/sdk-metrics';

import type { MetricFamily } from '../telemetry/metrics.ts';

/** Unix times in milliseconds. */
interface Span {
  /** Since when the counters count. */
  readonly startMs: number;
  readonly endMs: number;
}

/** The values of Prometheus as OTLP has them, under the same names: counters and histograms are cumulative. Other kinds are left out. */
export function metricDataOf(families: readonly MetricFamily[], span: Span): MetricData[] {
  return families.flatMap((family): MetricData[] => {
    const descriptor = descriptorOf(family);
    const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
    const times = { startTime: hrTime(span.startMs), endTime: hrTime(span.endMs) };
    const numbers = (): DataPoint<number>[] =>
      family.values.map(({ labels, value }) => ({ ...times, attributes: { ...labels }, value }));
    switch (family.type) {
      case 'counter':
        return [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers() }];
      case 'gauge':
        return [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints: numbers() }];
      case 'histogram': {
        const dataPoints = histogramsIn(family).map((point) => ({ ...times, ...point }));
        return [{ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
      }
      case 'summary':
        return [];
      default:
        return family.type satisfies never;
    }
  });
}

/** Units are in the names, as Prometheus wants it. */
function descriptorOf({ name, help }: MetricFamily): MetricDescriptor {
  const unit = /_seconds(_total)?$/.test(name) ? 's' : /_bytes(_total)?$/.test(name) ? 'By' : '';
  return { name, description: help, unit, valueType: ValueType.DOUBLE };
}

interface Buckets {
  readonly attributes: Record<string, string | number | undefined>;
  readonly cumulative: [upTo: number, count: number][];
  sum: number;
  count: number;
}

function histogramsIn({ name, values }: MetricFamily): Pick<DataPoint<Histogram>, 'attributes' | 'value'>[] {
  const points = new Map<string, Buckets>();
  for (const { metricName = name, labels, value } of values) {
    const { le, ...attributes } = labels;
    const key = JSON.stringify(attributes);
    const point: Buckets = points.get(key) ?? { attributes, cumulative: [], sum: 0, count: 0 };
    points.set(key, point);
    if (metricName === `${name}_sum`) point.sum = value;
    else if (metricName === `${name}_count`) point.count = value;
    else if (le !== undefined && le !== '+Inf') point.cumulative.push([Number(le), value]);
  }
  return [...points.values()].map(({ attributes, cumulative, sum, count }) => ({
    attributes,
    value: {
      buckets: {
        boundaries: cumulative.map(([upTo]) => upTo),
        // OTLP counts each bucket by itself, with one more above the last boundary.
        counts: [...cumulative.map(([, upTo]) => upTo), count].map(
          (total, index) => total - (cumulative[index - 1]?.[1] ?? 0),
        ),
      },
      sum,
      count,
    },
  }));
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)];
}
