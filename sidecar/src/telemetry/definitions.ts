interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** A hundred microseconds to a second: what the boundary itself may take. */
const fast = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** A model's first token. */
const slow = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The one table of the sidecar's own metrics; `docs/reference/metrics.md` is generated from it. */
export const METRICS = {
  llm_boundary_decisions_total: {
    type: 'counter',
    help: 'Decisions of controls: one per rule that hit, and one with action allow per control that found nothing.',
    labels: ['control', 'action', 'rule', 'model', 'direction', 'mode'],
  },
  llm_boundary_exchanges_total: {
    type: 'counter',
    help: 'Exchanges that ended.',
    labels: ['dialect', 'direction', 'outcome', 'status_class'],
  },
  llm_boundary_upstream_retries_total: {
    type: 'counter',
    help: 'Requests that went out once more, on a fresh connection, because the server had closed a kept one without a byte of a reply.',
    labels: ['direction'],
  },
  llm_boundary_messages_refused_total: {
    type: 'counter',
    help: 'Messages that a listener turned away before they were an exchange: malformed, ambiguous, too large or too slow. They are not on the record.',
    labels: ['direction', 'reason'],
  },
  llm_boundary_connections_total: {
    type: 'counter',
    help: 'Connections that are not inspected: TLS that is judged by its name, servers of action.tcp, ports of endpoints.tcp, and what was refused in their place. `host` is `host:port`, bounded.',
    labels: ['direction', 'protocol', 'verdict', 'host'],
  },
  llm_boundary_policy_needs_restart: {
    type: 'gauge',
    help: 'Ports that endpoints.tcp lists and that this pod was not created with: they are reached only after the pod is created anew.',
    labels: [],
  },
  llm_boundary_exchanges_in_flight: {
    type: 'gauge',
    help: 'Exchanges that began and have not ended.',
    labels: ['direction'],
  },
  llm_boundary_overhead_seconds: {
    type: 'histogram',
    help: 'Time that the boundary itself added to an exchange, without the time of the upstream.',
    labels: ['direction'],
    buckets: fast,
  },
  llm_boundary_time_to_first_token_seconds: {
    type: 'histogram',
    help: 'Time from the request being sent upstream to the first byte of a stream being released.',
    labels: ['direction'],
    buckets: slow,
  },
  llm_boundary_held_chars: {
    type: 'gauge',
    help: 'UTF-16 code units of streams that are held back right now because they may be the beginning of a match.',
    labels: [],
  },
  llm_boundary_detector_errors_total: {
    type: 'counter',
    help: 'Detectors that failed or ran out of time. Each one blocked what it should have inspected.',
    labels: ['detector'],
  },
  llm_boundary_audit_lag_seconds: {
    type: 'histogram',
    help: 'How long a record waited until it was durable.',
    labels: [],
    buckets: fast,
  },
  llm_boundary_audit_errors_total: {
    type: 'counter',
    help: 'Records that could not be made durable, batches left out of the copy on standard output, and the break of a log.',
    labels: [],
  },
  llm_boundary_audit_bytes: {
    type: 'gauge',
    help: 'Size of the folder of the record, in bytes.',
    labels: [],
  },
  llm_boundary_audit_limit_bytes: {
    type: 'gauge',
    help: 'What the folder of the record may hold. Close to it, no exchange begins (`audit.whenFull`).',
    labels: [],
  },
  llm_boundary_record_unsent_lines: {
    type: 'gauge',
    help: 'Lines of the record that are durable in the pod and not delivered to a receiver of `audit.sinks`.',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_unsent_bytes: {
    type: 'gauge',
    help: 'The bytes of those lines.',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_unsent_age_seconds: {
    type: 'gauge',
    help: 'How long the oldest of those lines has waited; 0 where none waits.',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_unsent_pruned_lines: {
    type: 'gauge',
    help: 'Lines that were pruned before the receiver had them, since this process began (`audit.whenFull: prune`).',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_exports_total: {
    type: 'counter',
    help: 'Exports of the record by how they ended: delivered; rejected (some of the records), refused (4xx), unavailable (429, 5xx), timeout, connection, tls, reply (no OTLP). All but delivered are tried again.',
    labels: ['endpoint', 'result'],
  },
  llm_boundary_anchor_heads_sent_total: {
    type: 'counter',
    help: 'Heads of the record sent to the anchor by how that ended: accepted; refused (it contradicts what the anchor knows), not_taken, unavailable (429, 5xx), connection, credentials (no token or certificate), reply. All but accepted are tried again.',
    labels: ['result'],
  },
  llm_boundary_anchor_age_seconds: {
    type: 'gauge',
    help: 'Time since the anchor last took a head of the record; -1: it never did. Absent where there is no anchor.',
    labels: [],
  },
  llm_boundary_policy_generation: {
    type: 'gauge',
    help: 'How many policies this process has loaded; 0 while there is none.',
    labels: [],
  },
  llm_boundary_policy_info: {
    type: 'gauge',
    help: 'Always 1; the labels name the policy in force and the SHA-256 of its canonical form.',
    labels: ['name', 'sha256'],
  },
  llm_boundary_policy_loaded_timestamp_seconds: {
    type: 'gauge',
    help: 'When the policy in force was loaded, in seconds since the epoch; 0 while there is none.',
    labels: [],
  },
  llm_boundary_policy_age_seconds: {
    type: 'gauge',
    help: 'How long the policy in force has been loaded; 0 while there is none.',
    labels: [],
  },
  llm_boundary_policy_rejected_total: {
    type: 'counter',
    help: 'Policies that were not loaded because they are not valid. The last good one stays in force.',
    labels: [],
  },
  llm_boundary_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels name the version of the sidecar and of Node.js.',
    labels: ['version', 'node'],
  },
} as const satisfies Readonly<Record<`llm_boundary_${string}`, Definition>>;

export type MetricName = keyof typeof METRICS;

/** How many distinct values a label may have whose values come from outside; the rest is counted as `other`. */
export const LABEL_LIMITS = {
  model: 50,
  rule: 256,
  detector: 64,
  dialect: 32,
  outcome: 16,
  host: 50,
  endpoint: 16,
} as const;
