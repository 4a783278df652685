import { AggregationTemporality, DataPointType, type MetricDescriptor } from '@opentelemetry/sdk-metrics';

import { createTelemetry } from '../telemetry/metrics.ts';
import { metricDataOf } from './metric-data.ts';

const SPAN = { startMs: 1_000, endMs: 61_500 };
const TIMES = { startTime: [1, 0], endTime: [61, 500_000_000] };

describe('the metrics of the registry in the form of OTLP', () => {
  it('are all of them, under their names, with the values of Prometheus', async () => {
    const telemetry = createTelemetry();
    telemetry.exchange('openai-chat', 'inbound', 'completed', 200);
    telemetry.exchange('openai-chat', 'inbound', 'completed', 200);
    telemetry.restartNeeded(3);
    const families = await telemetry.values();
    const data = metricDataOf(families, SPAN);
    expect(data.map(({ descriptor }) => descriptor.name)).toEqual(families.map(({ name }) => name));
    expect(data).toContainEqual({
      descriptor: expect.objectContaining({
        name: 'llm_boundary_exchanges_total',
        unit: '',
      }) as MetricDescriptor,
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [
        {
          ...TIMES,
          value: 2,
          attributes: {
            ...{ dialect: 'openai-chat', direction: 'inbound', outcome: 'completed', status_class: '2xx' },
          },
        },
      ],
    });
    expect(data).toContainEqual(
      expect.objectContaining({
        descriptor: expect.objectContaining({
          name: 'llm_boundary_policy_needs_restart',
        }) as MetricDescriptor,
        dataPointType: DataPointType.GAUGE,
        dataPoints: [{ ...TIMES, value: 3, attributes: {} }],
      }),
    );
  });

  it('have the counts of each bucket, which Prometheus adds up', async () => {
    const telemetry = createTelemetry({ process: false });
    for (const seconds of [0.00005, 0.0003, 0.0003, 0.5, 9]) telemetry.overhead('inbound', seconds);
    telemetry.overhead('outbound', 0.002);
    const data = metricDataOf(await telemetry.values(), SPAN);
    const overhead = data.find(({ descriptor }) => descriptor.name === 'llm_boundary_overhead_seconds');
    expect(overhead).toMatchObject({
      descriptor: { unit: 's' },
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: [
        {
          attributes: { direction: 'inbound' },
          value: { count: 5, sum: 9.50065, buckets: { counts: [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1] } },
        },
        {
          attributes: { direction: 'outbound' },
          value: { count: 1, buckets: { counts: [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0] } },
        },
      ],
    });
    const [point] = overhead?.dataPoints ?? [];
    expect(point?.value).toMatchObject({
      buckets: { boundaries: expect.arrayContaining([0.0001, 1]) as number[] },
    });
  });
});
