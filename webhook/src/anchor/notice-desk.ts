import { Allowance, Allowances } from './allowance.ts';
import type { EventSeries } from './event-series.ts';
import type { Notice, NoticeRequest } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';

/** Sidecars report every ten seconds at most, and once more at their end. */
const OF_POD = { places: 3, everyMs: 5_000 };
const MAX_PODS = 50_000;

/** `shortened`: taken, and the sidecar had more than it could name. `too_often`: to be sent again later. */
export type ReportResult = 'taken' | 'shortened' | 'too_often';

export interface NoticeDeskOptions {
  readonly events: Pick<EventSeries, 'refused'>;
  /** Is told of every notice. */
  readonly told: (pod: PodIdentity, notice: Notice) => void;
  readonly now: () => number;
}

/** Takes the reports of sidecars. What a report says is of the pod whose token came with it. */
export class NoticeDesk {
  readonly #options: NoticeDeskOptions;
  readonly #pods = new Allowances(MAX_PODS, (nowMs) => new Allowance(OF_POD.places, OF_POD.everyMs, nowMs));

  constructor(options: NoticeDeskOptions) {
    this.#options = options;
  }

  take({ notices, more }: NoticeRequest, pod: PodIdentity): ReportResult {
    const { events, told, now } = this.#options;
    const nowMs = now();
    const place = this.#pods.of(pod.uid, nowMs);
    if (!place.has(nowMs)) return 'too_often';
    place.take();
    for (const notice of notices) {
      if (notice.kind === 'refused') events.refused(pod, notice);
      told(pod, notice);
    }
    return more > 0 ? 'shortened' : 'taken';
  }
}
