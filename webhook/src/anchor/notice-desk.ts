import type { EventSeries } from './event-series.ts';
import type { Notice, NoticeRequest } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';

/** Sidecars report every ten seconds at most. */
const EVERY_MS = 2_000;
const MAX_PODS = 50_000;

export interface NoticeDeskOptions {
  readonly events: Pick<EventSeries, 'refused'>;
  /** Is told of every notice. */
  readonly told: (pod: PodIdentity, notice: Notice) => void;
  readonly now: () => number;
}

/** Takes the reports of sidecars. What a report says is of the pod whose token came with it. */
export class NoticeDesk {
  readonly #options: NoticeDeskOptions;
  /** When each pod may report again. */
  readonly #notBefore = new Map<string, number>();

  constructor(options: NoticeDeskOptions) {
    this.#options = options;
  }

  /** False: the pod reports too often, and must send it again later. */
  take({ notices }: NoticeRequest, pod: PodIdentity): boolean {
    const { events, told, now } = this.#options;
    const nowMs = now();
    if (nowMs < (this.#notBefore.get(pod.uid) ?? 0)) return false;
    if (this.#notBefore.size >= MAX_PODS) this.#notBefore.clear();
    this.#notBefore.set(pod.uid, nowMs + EVERY_MS);
    for (const notice of notices) {
      if (notice.kind === 'refused') events.refused(pod, notice);
      told(pod, notice);
    }
    return true;
  }
}
