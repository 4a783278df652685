import type { FleetLog } from '@llm-boundary/sidecar/audit/fleet';
import type { Logger } from 'pino';

import type { AnchorMetrics } from '../telemetry/anchor-metrics.ts';
import type { EventSeries } from './event-series.ts';
import type { HeadRequest } from './head-request.ts';
import type { PodTable } from './pod-table.ts';
import type { HeadRefusal, Judgement, Note, PodIdentity, Registry } from './registry.ts';
import { forgetEnded, SILENCES, silentPods, type SilentPod } from './silence.ts';

/** The answer to a head. */
export type HeadAnswer =
  | {
      readonly kind: 'accepted';
      readonly size: number;
      readonly timeMs: number;
      readonly countersignature: string;
    }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly reason: HeadRefusal;
      readonly text: string;
    };

/** Reason of the Event that tells of it. */
type RecordTrouble = 'RecordSilent' | 'RecordContradicted';

export interface AnchorDeps {
  readonly fleetLog: Pick<FleetLog, 'append' | 'countersign'>;
  readonly registry: Registry;
  readonly pods: PodTable;
  /** True once pods were listed, so that an absent pod is gone. */
  readonly podsListed: () => boolean;
  readonly tell: (pod: PodIdentity, reason: RecordTrouble, message: string) => Promise<void>;
  /** Writes the counts of Events about refusals. */
  readonly events: Pick<EventSeries, 'look'>;
  readonly metrics: AnchorMetrics;
  readonly log: Logger;
  readonly now: () => number;
}

const REFUSALS: Readonly<Record<HeadRefusal, readonly [status: number, text: string]>> = {
  rollback: [409, 'the log is shorter than before'],
  fork: [409, 'the log had another last line before'],
  other_key: [409, 'the log has another key'],
  other_pod: [409, 'the log belongs to another pod'],
  second_log: [409, 'the pod has another log'],
  after_seal: [409, 'the log was sealed'],
  genesis_needed: [428, 'send the first line of the log'],
  malformed: [400, 'the lines are not those of a log, or do not match the head'],
  signature: [400, 'the note is not signed with the key of the log'],
  too_often: [429, 'one head a second is enough'],
  too_many_logs: [429, 'the pod has too many logs'],
};

const TICK_MS = 5_000;
const MAX_SILENT_LINES = 1_000;

/** Accepts heads and reports silent pods. Owns its timer. */
export class Anchor {
  readonly #deps: AnchorDeps;
  readonly #sinceMs: number;
  /** Reported silences, each reported once. */
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #silent: readonly SilentPod[] = [];
  #reconciled = false;

  constructor(deps: AnchorDeps) {
    this.#deps = deps;
    this.#sinceMs = deps.now();
  }

  /** As of the last check. */
  get silent(): readonly SilentPod[] {
    return this.#silent;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Resolves when the head is durable. @throws AuditUnavailable */
  async accept(request: HeadRequest, pod: PodIdentity): Promise<HeadAnswer> {
    const { registry, pods, metrics, fleetLog, now } = this.#deps;
    const content = pods.get(pod.uid);
    const nowMs = now();
    const judgement = registry.judge({ request, pod, content, nowMs });
    metrics.heads.inc({ result: judgement.kind === 'refused' ? judgement.refusal : 'accepted' });
    this.#report(judgement, pod);
    if (judgement.kind === 'refused') {
      await this.#append(judgement.lines);
      const reason = judgement.refusal;
      return { kind: 'refused', status: REFUSALS[reason][0], reason, text: REFUSALS[reason][1] };
    }
    const { log } = judgement;
    // A later head may change the log while this one is made durable.
    const head = { origin: log.origin, size: log.size, hash: log.hash };
    await this.#append(judgement.lines);
    registry.written(log, head.size);
    return { kind: 'accepted', size: head.size, timeMs: nowMs, countersignature: fleetLog.countersign(head) };
  }

  /** Checks for silent pods. Never throws. */
  look(): void {
    const { registry, pods, metrics, events, podsListed, now } = this.#deps;
    const nowMs = now();
    events.look();
    if (podsListed() && !this.#reconciled) {
      this.#reconciled = true;
      for (const { pod } of [...registry.logs()]) pods.gone(pod);
    }
    this.#silent = podsListed() ? silentPods(pods, registry, nowMs, this.#sinceMs) : [];
    for (const reason of SILENCES)
      metrics.silent.set({ reason }, this.#silent.filter((one) => one.reason === reason).length);
    metrics.logs.set(registry.size);
    metrics.pods.set([...pods.all()].length);
    const fresh = this.#silent.filter((one) => !this.#told.has(keyOf(one))).slice(0, MAX_SILENT_LINES);
    for (const one of fresh) this.#tellSilent(one);
    this.#forgetHeard();
    forgetEnded(pods, registry, nowMs);
  }

  #tellSilent(one: SilentPod): void {
    const { log } = this.#deps;
    const { namespace, name, uid, reason, size } = one;
    this.#told.add(keyOf(one));
    log.warn({ namespace, pod: name, uid, reason, log: one.log, size }, 'no log heads from a pod');
    const fields = { log: one.log, pod: { namespace, name, uid }, reason, size };
    this.#append([{ kind: 'silence', fields }]).catch((error: unknown) =>
      log.error({ err: error }, 'silent pod not recorded in the fleet log'),
    );
    void this.#event(one, 'RecordSilent', SILENCE_TEXTS[reason]);
  }

  /** A pod that is heard again is reported anew if it falls silent again. */
  #forgetHeard(): void {
    const silent = new Set(this.#silent.map(keyOf));
    for (const key of this.#told)
      if (!silent.has(key) && !key.startsWith('contradiction ')) this.#told.delete(key);
    if (this.#told.size > 100_000) this.#told.clear();
  }

  #report({ contradictions }: Judgement, pod: PodIdentity): void {
    const { metrics, log } = this.#deps;
    for (const { reason, log: origin } of contradictions) {
      metrics.contradictions.inc({ reason });
      const key = `contradiction ${pod.uid} ${reason} ${origin}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      log.error(
        { namespace: pod.namespace, pod: pod.name, uid: pod.uid, log: origin, reason },
        REFUSALS[reason][1],
      );
      void this.#event(pod, 'RecordContradicted', `${reason}: ${REFUSALS[reason][1]}. See the fleet log.`);
    }
  }

  async #event(pod: PodIdentity, reason: RecordTrouble, message: string): Promise<void> {
    const { tell, log } = this.#deps;
    try {
      await tell(pod, reason, message);
    } catch (error) {
      log.warn({ err: error }, 'Event not written');
    }
  }

  async #append(lines: readonly Note[]): Promise<void> {
    await Promise.all(lines.map(({ kind, fields }) => this.#deps.fleetLog.append(kind, fields)));
  }
}

const SILENCE_TEXTS: Readonly<Record<SilentPod['reason'], string>> = {
  no_genesis:
    'The sidecar has run for a minute, and the anchor has not received the first head of its record.',
  no_head: 'The anchor has received no head of the record of this pod for a minute.',
  no_seal: 'The pod ended without a seal of its record: lines may be missing at its end.',
};

function keyOf({ uid, reason, log }: SilentPod): string {
  return `${uid} ${reason} ${log ?? ''}`;
}
