import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LABEL_LIMITS, METRICS } from './definitions.ts';
import { createTelemetry } from './metrics.ts';
import { metricsReference } from './reference.ts';

/** Lines of the text format without comments. */
async function samples(metrics: { text(): Promise<string> }): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function valueOf(lines: readonly string[], series: string): string | undefined {
  return lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1);
}

describe('createTelemetry', () => {
  it('counts names beyond the limit, and names that are not plain, as one', async () => {
    const metrics = createTelemetry({ process: false });
    const hostile = ['', 'x'.repeat(129), 'a"b', 'a\nb 1', 'ä', '\ud800', '{}'];
    for (const model of hostile) metrics.decision('ingress', 'allow', 'none', 'enforce', model, 'inbound');
    for (let index = 0; index < 10_000; index += 1)
      metrics.decision('ingress', 'allow', `rule-${index}`, 'enforce', `model-${index}`, 'inbound');
    metrics.decision('ingress', 'allow', 'rule-1', 'enforce', null, 'inbound');
    const lines = (await samples(metrics)).filter((line) => line.startsWith('llm_boundary_decisions_total'));
    const values = (label: string): ReadonlySet<string> =>
      new Set(lines.map((line) => new RegExp(`${label}="([^"]*)"`).exec(line)?.[1] ?? ''));
    expect(values('model').size).toBe(LABEL_LIMITS.model + 2);
    expect(values('rule').size).toBe(LABEL_LIMITS.rule + 1);
    expect(values('model').has('model-49')).toBe(true);
    expect(values('model').has('model-50')).toBe(false);
    const total = lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect(total).toBe(hostile.length + 10_001);
  });

  it('takes times that no clock should give', async () => {
    const metrics = createTelemetry({ process: false });
    for (const seconds of [Number.NaN, Number.POSITIVE_INFINITY, -1, 0.002]) {
      metrics.overhead('inbound', seconds);
      metrics.timeToFirstToken('outbound', seconds);
      metrics.auditLag(seconds);
    }
    const lines = await samples(metrics);
    expect(valueOf(lines, 'llm_boundary_audit_lag_seconds_count')).toBe('2');
    expect(valueOf(lines, 'llm_boundary_audit_lag_seconds_sum')).toBe('0.002');
    expect(valueOf(lines, 'llm_boundary_overhead_seconds_bucket{le="0.0025",direction="inbound"}')).toBe('2');
    expect(valueOf(lines, 'llm_boundary_time_to_first_token_seconds_count{direction="outbound"}')).toBe('2');
  });

  it('renders the given refusal', async () => {
    let now = 10_000;
    const metrics = createTelemetry({ process: false, version: '1.2.3', clock: () => now });
    metrics.exchangeStarted('inbound');
    metrics.exchangeStarted('inbound');
    metrics.exchangeEnded('inbound');
    metrics.exchange('openai-chat', 'inbound', 'completed', 200);
    metrics.exchange('openai-chat', 'inbound', 'client_aborted', 0);
    metrics.decision('action', 'block', 'action.tool', 'observe', 'm', 'inbound');
    metrics.decision('action', 'block', 'action.tool', 'observe', 'm', 'inbound');
    metrics.held(12);
    metrics.held(-5);
    metrics.detectorError('pii');
    metrics.auditError();
    metrics.policyRejected();
    metrics.policyLoaded('a', 1, 'ab', 4_000);
    metrics.policyLoaded('b', 2, 'cd', 7_000);
    now = 12_000;
    const lines = await samples(metrics);
    const expected: Readonly<Record<string, string>> = {
      'llm_boundary_exchanges_in_flight{direction="inbound"}': '1',
      'llm_boundary_exchanges_in_flight{direction="outbound"}': '0',
      'llm_boundary_exchanges_total{dialect="openai-chat",direction="inbound",outcome="completed",status_class="2xx"}':
        '1',
      'llm_boundary_exchanges_total{dialect="openai-chat",direction="inbound",outcome="client_aborted",status_class="none"}':
        '1',
      'llm_boundary_decisions_total{control="action",action="block",rule="action.tool",model="m",direction="inbound",mode="observe"}':
        '2',
      llm_boundary_held_chars: '7',
      'llm_boundary_detector_errors_total{detector="pii"}': '1',
      llm_boundary_audit_errors_total: '1',
      llm_boundary_policy_rejected_total: '1',
      llm_boundary_policy_generation: '2',
      'llm_boundary_policy_info{name="b",sha256="cd"}': '1',
      llm_boundary_policy_loaded_timestamp_seconds: '7',
      llm_boundary_policy_age_seconds: '5',
      [`llm_boundary_build_info{version="1.2.3",node="${process.version}"}`]: '1',
    };
    expect(
      Object.fromEntries(Object.keys(expected).map((series) => [series, valueOf(lines, series)])),
    ).toEqual(expected);
    expect(lines.filter((line) => line.startsWith('llm_boundary_policy_info'))).toHaveLength(1);
  });

  it('gives the same numbers however often it is asked', async () => {
    const metrics = createTelemetry({ process: false });
    metrics.exchange('gemini', 'outbound', 'completed', 200);
    expect(await metrics.text()).toBe(await metrics.text());
  });

  it('registers every metric of the table under its type, and no other of its own', async () => {
    const text = await createTelemetry().text();
    const types = [...text.matchAll(/^# TYPE (llm_boundary_\w+) (\w+)$/gm)].map((match) => [
      match[1],
      match[2],
    ]);
    const table = Object.entries(METRICS).map(([name, { type }]) => [name, type]);
    expect(types.sort()).toEqual(table.sort());
    expect(text).toContain('process_resident_memory_bytes');
  });
});

describe('docs/reference/metrics.md', () => {
  it('matches the table', async () => {
    const path = join(import.meta.dirname, '../../../docs/reference/metrics.md');
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, metricsReference());
    expect(await readFile(path, 'utf8')).toBe(metricsReference());
  });
});
