import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The anchor's metrics. Labels come from closed sets. */
export class AnchorMetrics {
  readonly registry = new Registry();
  readonly heads: Counter<'result'>;
  readonly contradictions: Counter<'reason'>;
  readonly silent: Gauge<'reason'>;
  readonly logs: Gauge;
  readonly pods: Gauge;
  readonly append: Histogram;
  readonly errors: Counter;
  readonly bytes: Gauge;
  readonly unsentAge: Gauge;
  readonly exports: Counter<'result'>;
  readonly listAge: Gauge;
  readonly certificateNotAfter: Gauge<'certificate'>;
  readonly reports: Counter<'result'>;
  readonly events: Counter<'result'>;
  readonly cloudEvents: Counter<'result'>;
  #waiting: () => number = () => 0;
  #unsent: () => readonly { readonly ageMs: number }[] = () => [];

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.heads = new Counter({
      name: 'llm_boundary_anchor_heads_total',
      help: 'Heads that sidecars sent, by result: accepted, or the reason of the refusal (docs/guide/audit.md).',
      labelNames: ['result'],
      registers,
    });
    this.contradictions = new Counter({
      name: 'llm_boundary_anchor_contradictions_total',
      help: 'Heads that contradict earlier ones: rollback, fork, other_key, other_pod, second_log, after_seal.',
      labelNames: ['reason'],
      registers,
    });
    this.silent = new Gauge({
      name: 'llm_boundary_anchor_silent_pods',
      help: 'Silent pods, by reason: no_genesis (no head within a minute of the start of the sidecar), no_head (none for a minute), no_seal (the pod ended without a seal of its log; for an hour).',
      labelNames: ['reason'],
      registers,
    });
    this.logs = new Gauge({
      name: 'llm_boundary_anchor_logs',
      help: 'Logs whose heads are held in memory.',
      registers,
    });
    this.pods = new Gauge({
      name: 'llm_boundary_anchor_pods',
      help: 'Pods with a sidecar that the anchor watches, including those that ended recently.',
      registers,
    });
    this.append = new Histogram({
      name: 'llm_boundary_anchor_append_seconds',
      help: 'Time until a line of the fleet log is durable.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.errors = new Counter({
      name: 'llm_boundary_anchor_errors_total',
      help: 'Lines of the fleet log that could not be made durable or copied.',
      registers,
    });
    this.bytes = new Gauge({
      name: 'llm_boundary_anchor_bytes',
      help: 'Size of the folder of the fleet log.',
      registers,
    });
    this.unsentAge = new Gauge({
      name: 'llm_boundary_anchor_unsent_age_seconds',
      help: 'Age of the oldest line of the fleet log that its collector has not acknowledged; 0 if there is none.',
      registers,
      collect: () => this.unsentAge.set(Math.max(0, ...this.#unsent().map(({ ageMs }) => ageMs)) / 1000),
    });
    this.exports = new Counter({
      name: 'llm_boundary_anchor_exports_total',
      help: 'Exports of the fleet log to its collector, by result.',
      labelNames: ['result'],
      registers,
    });
    this.listAge = new Gauge({
      name: 'llm_boundary_anchor_list_age_seconds',
      help: 'Time since the last watch event or list of pods from the API server.',
      registers,
    });
    this.reports = new Counter({
      name: 'llm_boundary_anchor_reports_total',
      help: 'Reports of refusals that sidecars sent, by result: taken, shortened (taken; the sidecar had more than the 64 rules that it names at once), too_often, malformed.',
      labelNames: ['result'],
      registers,
    });
    this.events = new Counter({
      name: 'llm_boundary_anchor_events_total',
      help: 'Events about refusals, by result: created, updated (its count), limited (not written: too many in the pod, the namespace or the cluster), failed (the API server did not take it). Events RecordSilent count where they are limited.',
      labelNames: ['result'],
      registers,
    });
    this.cloudEvents = new Counter({
      name: 'llm_boundary_anchor_cloud_events_total',
      help: 'CloudEvents by result: delivered; refused (by the receiver: dropped), dropped (the queue was full, or an hour old), limited (not sent: too many of one pod).',
      labelNames: ['result'],
      registers,
    });
    const waiting = (): number => this.#waiting();
    new Gauge({
      name: 'llm_boundary_anchor_cloud_events_waiting',
      help: 'CloudEvents that wait for the receiver; 1,000 at most.',
      registers,
      collect() {
        this.set(waiting());
      },
    });
    this.certificateNotAfter = new Gauge({
      name: 'llm_boundary_anchor_certificate_not_after_seconds',
      help: 'Unix time at which a certificate expires: serving, or authority.',
      labelNames: ['certificate'],
      registers,
    });
  }

  /** `read` returns how many CloudEvents wait, and is called when metrics are read. */
  watchWaiting(read: () => number): void {
    this.#waiting = read;
  }

  /** The fleet log's metrics. */
  get fleetLog(): {
    auditLag(seconds: number): void;
    auditError(): void;
    auditBytes(bytes: number): void;
    recordUnsent(read: () => readonly { readonly ageMs: number }[]): void;
    recordExported(endpoint: string, result: string): void;
  } {
    return {
      auditLag: (seconds) => this.append.observe(seconds),
      auditError: () => this.errors.inc(),
      auditBytes: (bytes) => this.bytes.set(bytes),
      recordUnsent: (read) => (this.#unsent = read),
      recordExported: (_endpoint, result) => this.exports.inc({ result }),
    };
  }
}
