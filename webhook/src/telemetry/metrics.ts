import { AnchorMetrics } from './anchor-metrics.ts';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The webhook's metrics. Labels come from closed sets; `policy` from the names of installed policies. */
export class WebhookMetrics {
  readonly registry = new Registry();
  readonly #decisions: Counter<'webhook' | 'result' | 'reason'>;
  readonly #injections: Counter<'policy' | 'capture'>;
  readonly #duration: Histogram<'webhook'>;
  readonly certificateNotAfter: Gauge<'certificate'>;
  readonly cacheAge: Gauge<'list'>;
  readonly policies: Gauge<'state'>;
  readonly published: Gauge;
  readonly publishErrors: Counter;
  readonly unprotected: Gauge<'namespace' | 'condition'>;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.#decisions = new Counter({
      name: 'llm_boundary_webhook_decisions_total',
      help: 'Admission requests by webhook, result and reason (refusal code or skip reason).',
      labelNames: ['webhook', 'result', 'reason'],
      registers,
    });
    this.#injections = new Counter({
      name: 'llm_boundary_webhook_injections_total',
      help: 'Pods injected, by policy and capture.',
      labelNames: ['policy', 'capture'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'llm_boundary_webhook_duration_seconds',
      help: 'Time from the complete request to the answer.',
      labelNames: ['webhook'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.certificateNotAfter = new Gauge({
      name: 'llm_boundary_webhook_certificate_not_after_seconds',
      help: 'Unix time at which a certificate expires: serving, or authority (the CA that signed it, if known).',
      labelNames: ['certificate'],
      registers,
    });
    this.cacheAge = new Gauge({
      name: 'llm_boundary_webhook_cache_age_seconds',
      help: 'Time since the last watch event or list from the API server, for each cached list that admission uses: namespaces, policies, published, pods.',
      labelNames: ['list'],
      registers,
    });
    this.policies = new Gauge({
      name: 'llm_boundary_webhook_policies',
      help: 'Policy ConfigMaps by state: all, broken, without_shadow (the shadow that it names is missing or invalid, or does not fit the layers of one namespace), or missing (named by pods or namespaces). What concerns one namespace is counted once for each, by the replica that holds the lease.',
      labelNames: ['state'],
      registers,
    });
    this.published = new Gauge({
      name: 'llm_boundary_webhook_published_policies',
      help: 'Effective policies published into workload namespaces. Only the replica that holds the lease reports them.',
      registers,
    });
    this.publishErrors = new Counter({
      name: 'llm_boundary_webhook_publish_errors_total',
      help: 'Failed writes of published policies.',
      registers,
    });
    this.unprotected = new Gauge({
      name: 'llm_boundary_webhook_unprotected_pods',
      help: 'Running pods that look like LLM workloads and do not meet a condition of the boundary.',
      labelNames: ['namespace', 'condition'],
      registers,
    });
  }

  decided(webhook: string, result: 'allowed' | 'refused' | 'skipped' | 'error', reason: string): void {
    this.#decisions.inc({ webhook, result, reason });
  }

  injected(policy: string, capture: string): void {
    this.#injections.inc({ policy, capture });
  }

  took(webhook: string, seconds: number): void {
    this.#duration.observe({ webhook }, seconds);
  }
}

/** The page `docs/reference/webhook-metrics.md`. */
export async function webhookMetricsPage(): Promise<string> {
  const own = (await Promise.all([new WebhookMetrics(), new AnchorMetrics()].map(rowsOf))).flat();
  return [
    '# Metrics of the webhook',
    '',
    'Generated from `webhook/src/telemetry`; do not edit. Served on the admin listener under `/metrics`, beside the metrics of the Node.js',
    'process. The anchor serves those that begin with `llm_boundary_anchor_`.',
    '',
    '| metric | type | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...own,
    '',
  ].join('\n');
}

async function rowsOf({ registry }: { readonly registry: Registry }): Promise<readonly string[]> {
  const all = await registry.getMetricsAsJSON();
  const own = all.filter(({ name }) => name.startsWith('llm_boundary_'));
  return own.map(({ name, type, help }) => {
    const metric: object = registry.getSingleMetric(name) ?? {};
    // Not in the types of prom-client.
    const labels: unknown = 'labelNames' in metric ? metric.labelNames : [];
    const shown = Array.isArray(labels) ? labels.map((label) => `\`${String(label)}\``).join(', ') : '';
    return `| \`${name}\` | ${String(type)} | ${shown} | ${help} |`;
  });
}
