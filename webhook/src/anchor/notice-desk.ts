import type { EventSeries } from './event-series.ts';
import type { NoticeRequest } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';

/** Sidecars report every ten seconds at most. */
const EVERY_MS = 2_000;
const MAX_PODS = 50_000;

/** Takes the reports of sidecars about refusals. What a report says is of the pod whose token came with it. */
export class NoticeDesk {
  readonly #events: Pick<EventSeries, 'refused'>;
  readonly #now: () => number;
  /** When each pod may report again. */
  readonly #notBefore = new Map<string, number>();

  constructor(events: Pick<EventSeries, 'refused'>, now: () => number) {
    this.#events = events;
    this.#now = now;
  }

  /** False: the pod reports too often, and must send it again later. */
  take({ notices }: NoticeRequest, pod: PodIdentity): boolean {
    const nowMs = this.#now();
    if (nowMs < (this.#notBefore.get(pod.uid) ?? 0)) return false;
    if (this.#notBefore.size >= MAX_PODS) this.#notBefore.clear();
    this.#notBefore.set(pod.uid, nowMs + EVERY_MS);
    for (const notice of notices) if (notice.kind === 'refused') this.#events.refused(pod, notice);
    return true;
  }
}
