interface Definition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** A hundred microseconds to a second: time of the boundary itself. */
const fast = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
/** Time to a model's first token. */
const slow = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Time of whole answers of models. */
const whole = [...slow, 120, 300, 600] as const;

/** All metrics of the sidecar; `docs/reference/metrics.md` is generated from this table. */
export const METRICS = {
  llm_boundary_decisions_total: {
    type: 'counter',
    help: 'Decisions of controls: one for each rule that matched, and one with action allow for each control without a match.',
    labels: ['control', 'action', 'rule', 'model', 'direction', 'mode'],
  },
  llm_boundary_mcp_decisions_total: {
    type: 'counter',
    help: 'Decisions about exchanges with MCP servers, by method (`none` for GET, DELETE and responses), revision of the protocol, and deciding control.',
    labels: ['method', 'version', 'control', 'verdict', 'direction'],
  },
  llm_boundary_exchanges_total: {
    type: 'counter',
    help: 'Exchanges that ended.',
    labels: ['dialect', 'direction', 'outcome', 'status_class'],
  },
  llm_boundary_upstream_retries_total: {
    type: 'counter',
    help: 'Requests that were sent again on a new connection, because the server had closed a keep-alive connection without sending any byte of a reply.',
    labels: ['direction'],
  },
  llm_boundary_messages_refused_total: {
    type: 'counter',
    help: 'Messages that a listener refused before they became an exchange: malformed, ambiguous, too large or too slow. They are no exchanges in other metrics; all but `timeout` are a decision with an audit record.',
    labels: ['direction', 'reason'],
  },
  llm_boundary_open_schema_calls_total: {
    type: 'counter',
    help: 'Calls of tools that `schema: offered` of the policy allows, while any arguments fit the schema with which the tool is offered. The log names each such tool once.',
    labels: ['direction'],
  },
  llm_boundary_connections_total: {
    type: 'counter',
    help: 'Connections that are not inspected, allowed or refused: TLS judged by its server name, servers of action.tcp, ports of endpoints.tcp. `host` is `host:port`, with bounded cardinality.',
    labels: ['direction', 'protocol', 'verdict', 'host'],
  },
  llm_boundary_policy_needs_restart: {
    type: 'gauge',
    help: 'Ports of endpoints.tcp that were added after this pod was created. They open when the pod is recreated.',
    labels: [],
  },
  llm_boundary_exchanges_in_flight: {
    type: 'gauge',
    help: 'Exchanges in progress.',
    labels: ['direction'],
  },
  llm_boundary_state_requests_total: {
    type: 'counter',
    help: 'Requests to the server of shared state (`state.server` of the policy): `answered`, `late` (no answer within `state.timeout`), `failed` (connection, credentials, an error of the server), `paused` (not sent within a second after a failure).',
    labels: ['result'],
  },
  llm_boundary_state_seconds: {
    type: 'histogram',
    help: 'Time until the server of shared state answered.',
    labels: [],
    buckets: fast,
  },
  llm_boundary_state_unreachable: {
    type: 'gauge',
    help: '1 while the server of shared state does not answer: exchanges are refused, or each sidecar counts alone, as `state.onUnreachable` says. Else 0.',
    labels: [],
  },
  llm_boundary_classifier_requests_total: {
    type: 'counter',
    help: 'Requests to the classifier (`ingress.injection.classifier`), one for each window of a text that is not remembered: `answered`, `too-long` (cut further), `late` (no answer within `timeout`), `failed` (connection, token, an error of the server), `invalid` (an answer that is not of the protocol or has none of the labels, or a request that it does not take), `paused` (not sent: for 5 seconds after 5 failures in a row).',
    labels: ['result'],
  },
  llm_boundary_classifier_seconds: {
    type: 'histogram',
    help: 'Time until the classifier answered, or the request failed.',
    labels: [],
    buckets: fast,
  },
  llm_boundary_classifier_paused: {
    type: 'gauge',
    help: '1 while the classifier is not asked, after 5 failures in a row and until it answers again. Else 0.',
    labels: [],
  },
  llm_boundary_classifier_texts_total: {
    type: 'counter',
    help: 'Texts by what the classifier says: `attack` (it counts by itself), `other`, `unanswered` (refused, or judged by the sidecar alone, as `onError` says). Where policy observes, this is all that becomes of it.',
    labels: ['result'],
  },
  llm_boundary_overhead_seconds: {
    type: 'histogram',
    help: 'Time that the sidecar itself added to an exchange, without the time of the upstream.',
    labels: ['direction'],
    buckets: fast,
  },
  llm_boundary_upstream_seconds: {
    type: 'histogram',
    help: 'Time of an exchange that reached its upstream, without the time of the sidecar: of the model or server, the network, and a client that sends or reads slowly.',
    labels: ['direction'],
    buckets: whole,
  },
  llm_boundary_time_to_first_token_seconds: {
    type: 'histogram',
    help: 'Time from sending a request upstream to releasing the first byte of the streamed reply.',
    labels: ['direction'],
    buckets: slow,
  },
  llm_boundary_held_chars: {
    type: 'gauge',
    help: 'UTF-16 code units of streams that are currently held back because they may begin a match.',
    labels: [],
  },
  llm_boundary_detector_errors_total: {
    type: 'counter',
    help: 'Detectors that failed or timed out. Each time the text to be inspected was blocked.',
    labels: ['detector'],
  },
  llm_boundary_condition_breaks_total: {
    type: 'counter',
    help: 'Exchanges that do not meet one of the four conditions under which infrastructure controls suffice, by reason; an exchange counts once for each reason.',
    labels: ['condition', 'reason'],
  },
  llm_boundary_condition_met: {
    type: 'gauge',
    help: 'State of each of the four conditions since the start of the process, and of `all`: 1 met, 0 not met, -1 not known yet.',
    labels: ['condition'],
  },
  llm_boundary_audit_lag_seconds: {
    type: 'histogram',
    help: 'Time until a record was durable.',
    labels: [],
    buckets: fast,
  },
  llm_boundary_audit_errors_total: {
    type: 'counter',
    help: 'Records that could not be made durable, batches missing from the copy on standard output, and broken logs.',
    labels: [],
  },
  llm_boundary_audit_bytes: {
    type: 'gauge',
    help: 'Size of the audit folder, in bytes.',
    labels: [],
  },
  llm_boundary_audit_limit_bytes: {
    type: 'gauge',
    help: 'Size limit of the audit folder, in bytes. `audit.whenFull` decides what happens close to it.',
    labels: [],
  },
  llm_boundary_record_unsent_lines: {
    type: 'gauge',
    help: 'Durable lines of the record that a receiver of `audit.sinks` has not acknowledged, or the reader of standard output (`stdout`) has not taken.',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_unsent_bytes: {
    type: 'gauge',
    help: 'Bytes of the unacknowledged lines.',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_unsent_age_seconds: {
    type: 'gauge',
    help: 'Age of the oldest unacknowledged line; 0 if there is none.',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_unsent_pruned_lines: {
    type: 'gauge',
    help: 'Lines that were pruned before delivery, since this process started (`audit.whenFull: prune`).',
    labels: ['endpoint', 'required'],
  },
  llm_boundary_record_exports_total: {
    type: 'counter',
    help: 'Exports of the record by result: delivered; rejected (some of the records), refused (4xx), unavailable (429, 5xx), timeout, connection, tls, reply (not OTLP). All except delivered are retried.',
    labels: ['endpoint', 'result'],
  },
  llm_boundary_otlp_exports_total: {
    type: 'counter',
    help: 'Exports of spans and metrics by OTLP: delivered; rejected (some of them), refused (4xx), unavailable (429, 5xx), timeout, connection, tls, reply (not OTLP). Only connection and unavailable are tried again, within OTEL_EXPORTER_OTLP_TIMEOUT.',
    labels: ['signal', 'result'],
  },
  llm_boundary_spans_dropped_total: {
    type: 'counter',
    help: 'Spans that were not exported: queue (OTEL_BSP_MAX_QUEUE_SIZE was reached), export (their batch was given up). Exchanges do not wait for spans.',
    labels: ['reason'],
  },
  llm_boundary_anchor_heads_sent_total: {
    type: 'counter',
    help: 'Heads of the record sent to the anchor by result: accepted; refused (contradicts an earlier head), not_taken, unavailable (429, 5xx), connection, credentials (no token or certificate), reply. All except accepted are retried.',
    labels: ['result'],
  },
  llm_boundary_anchor_age_seconds: {
    type: 'gauge',
    help: 'Time since the anchor last accepted a head of the record; -1 if it never did. Absent without an anchor.',
    labels: [],
  },
  llm_boundary_policy_generation: {
    type: 'gauge',
    help: 'Number of policies that this process has loaded; 0 without a policy.',
    labels: [],
  },
  llm_boundary_policy_info: {
    type: 'gauge',
    help: 'Always 1; the labels name the policy in force and the SHA-256 of its canonical form.',
    labels: ['name', 'sha256'],
  },
  llm_boundary_policy_loaded_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time at which the policy in force was loaded; 0 without a policy.',
    labels: [],
  },
  llm_boundary_policy_age_seconds: {
    type: 'gauge',
    help: 'Time since the policy in force was loaded; 0 without a policy.',
    labels: [],
  },
  llm_boundary_policy_rejected_total: {
    type: 'counter',
    help: 'Invalid policies that were not loaded. The last valid policy stays in force.',
    labels: [],
  },
  llm_boundary_shadow_info: {
    type: 'gauge',
    help: 'Always 1; the label names the SHA-256 of the shadow policy that is judged beside the policy in force. Absent without one.',
    labels: ['sha256'],
  },
  llm_boundary_shadow_exchanges_total: {
    type: 'counter',
    help: 'Exchanges, and connections that are not inspected, that the shadow policy judged beside the policy in force, without effect. `control` and `code`: of the refusal, or of the other verdict; of skipped ones, `code` is the reason: budget (its queue, memory or time was used up), unread (the policy in force left unread what the shadow goes by), undecided (an outage, a rate limit or the client ended the exchange before a verdict).',
    labels: ['direction', 'result', 'control', 'code'],
  },
  llm_boundary_shadow_rejected_total: {
    type: 'counter',
    help: 'Invalid shadow policies. None is judged until a valid one is there; the policy in force is not affected.',
    labels: [],
  },
  llm_boundary_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels name the version of the sidecar and of Node.js.',
    labels: ['version', 'node'],
  },
} as const satisfies Readonly<Record<`llm_boundary_${string}`, Definition>>;

export type MetricName = keyof typeof METRICS;

/** Limits of distinct values for labels with values from outside; further values are counted as `other`. */
export const LABEL_LIMITS = {
  model: 50,
  rule: 256,
  detector: 64,
  dialect: 32,
  outcome: 16,
  host: 50,
  endpoint: 16,
} as const;
