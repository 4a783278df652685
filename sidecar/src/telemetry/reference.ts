import { LABEL_LIMITS, METRICS } from './definitions.ts';

const limits: Readonly<Record<string, number>> = LABEL_LIMITS;

/** `docs/reference/metrics.md`, from the table of the metrics. */
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
    '`process_*` and `nodejs_*` metrics that `prom-client` collects. No metric contains any part of a prompt, a reply or a matched text.',
    '',
    '| metric | type | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    '## Labels',
    '',
    '| label | values |',
    '| --- | --- |',
    '| `control` | `ingress`, `egress`, `action`, `audit` |',
    '| `action` | `allow`, `mask`, `tokenise`, `redact`, `block` |',
    '| `mode` | `enforce`; `observe`: the rule matched and was not applied |',
    '| `direction` | `inbound`: clients to the model container; `outbound`: from it |',
    '| `status_class` | `1xx` to `5xx`; `none` if no status was sent |',
    '| `result` of `shadow_exchanges` | `same`; `would_refuse`: the shadow refuses what passed; `would_allow`: it lets pass what was refused; `other`: another verdict or code; `skipped`, `failed`: not judged |',
    '| `outcome` | `completed`, `refused`, `client_aborted`, `upstream_failed` |',
    '',
    'Labels with values from outside have a bounded number of values per process. The first distinct names are kept if they consist of',
    'letters, digits and `._:/@+-` and have at most 128 characters; all others are counted as `other`, and missing ones as `none`. A caller',
    'that sends invented model names can only use up these values. No label has resolved addresses, because the servers of one name may have any',
    'number of them; each is in the audit record (`peer`, `connection.address`).',
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
