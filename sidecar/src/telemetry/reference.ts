import { LABEL_LIMITS, METRICS } from './definitions.ts';

const limits: Readonly<Record<string, number>> = LABEL_LIMITS;

/** `docs/reference/metrics.md`, from the table that the metrics themselves are made of. */
export function metricsReference(): string {
  const rows = Object.entries(METRICS).map(([name, { type, help, labels }]) => {
    const shown = labels.length === 0 ? '' : labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${shown} | ${help} |`;
  });
  const buckets = Object.entries(METRICS).flatMap(([name, metric]) =>
    'buckets' in metric ? [`| \`${name}\` | ${metric.buckets.join(', ')} |`] : [],
  );
  const bounds = Object.entries(limits).map(([label, limit]) => `| \`${label}\` | ${limit} |`);
  return [
    '# Metrics',
    '',
    '<!-- Generated from sidecar/src/telemetry/definitions.ts; a test fails when this file differs. -->',
    '',
    'The sidecar serves these on its admin port under `/metrics`, in the Prometheus text format, together with the',
    '`process_*` and `nodejs_*` metrics that `prom-client` collects. No metric holds anything of a prompt, a reply or a matched text.',
    '',
    '| metric | type | labels | what it says |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## Labels',
    '',
    '| label | values |',
    '| --- | --- |',
    '| `control` | `ingress`, `egress`, `action`, `audit` |',
    '| `action` | `allow`, `redact`, `block` |',
    '| `mode` | `enforce`; `observe`: the rule hit and was not applied |',
    '| `direction` | `inbound`: clients to the model container; `outbound`: from it |',
    '| `status_class` | `1xx` to `5xx`; `none` where no status was sent |',
    '| `outcome` | `completed`, `refused`, `client_aborted`, `upstream_failed` |',
    '',
    'Labels whose values come from outside are bounded for the life of the process. The first distinct names are kept, as long as they are of',
    'letters, digits and `._:/@+-` and have at most 128 characters; every other one is counted as `other`, and none at all as `none`. A caller',
    'that invents models can use the places up, and can do nothing else.',
    '',
    '| label | distinct values |',
    '| --- | --- |',
    ...bounds,
    '',
    '## Buckets',
    '',
    '| histogram | upper bounds in seconds |',
    '| --- | --- |',
    ...buckets,
    '',
  ].join('\n');
}
