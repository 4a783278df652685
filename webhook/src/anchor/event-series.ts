import { Allowance, Allowances } from './allowance.ts';
import type { Refused } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';

/** An Event about a pod, as it is first written. */
export interface PodEvent {
  readonly pod: PodIdentity;
  readonly reason: 'ExchangeRefused';
  /** At most 1,024 bytes. */
  readonly note: string;
  readonly timeMs: number;
  readonly count: number;
}

/** Writes Events. */
export interface EventWriter {
  /** @returns the name of the Event @throws what the API server says */
  create(event: PodEvent): Promise<string>;
  /** Sets how often it was seen. @returns false: the Event is gone @throws what the API server says */
  count(namespace: string, name: string, count: number, lastMs: number): Promise<boolean>;
}

export interface EventSeriesOptions {
  readonly writer: EventWriter;
  readonly wrote: (result: 'created' | 'updated' | 'limited' | 'failed') => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

interface Series {
  readonly namespace: string;
  /** Null while it is being created. */
  name: string | null;
  count: number;
  lastMs: number;
  written: number;
  writtenMs: number;
  isBusy: boolean;
}

/** A new Event takes a place of its pod, of its namespace and of the cluster; a new count one of the cluster. */
const OF_POD = { places: 5, everyMs: 300_000 };
const OF_NAMESPACE = { places: 10, everyMs: 60_000 };
const OF_ALL = { places: 60, everyMs: 1_000 };
/** Between two writes of one Event. */
const COUNT_MS = 60_000;
/** API servers delete Events after an hour by default. */
const FORGET_MS = 3_600_000;
const MAX_SERIES = 10_000;
const MAX_OPEN = 32;

/**
 * One Event for each rule that refuses in a pod, whose count grows, however many exchanges are refused. Bounded in memory and in requests to
 * the API server; what is over the bounds is counted by `wrote('limited')` and stands in metrics and records alone.
 */
export class EventSeries {
  readonly #options: EventSeriesOptions;
  readonly #series = new Map<string, Series>();
  readonly #pods: Allowances;
  readonly #namespaces: Allowances;
  readonly #all: Allowance;
  #open = 0;

  constructor(options: EventSeriesOptions) {
    this.#options = options;
    const allowances = ({ places, everyMs }: typeof OF_POD): Allowances =>
      new Allowances(MAX_SERIES, (nowMs) => new Allowance(places, everyMs, nowMs));
    this.#pods = allowances(OF_POD);
    this.#namespaces = allowances(OF_NAMESPACE);
    this.#all = new Allowance(OF_ALL.places, OF_ALL.everyMs, options.now());
  }

  /** Refusals in a pod. Returns at once; never throws. */
  refused(pod: PodIdentity, notice: Refused): void {
    const nowMs = this.#options.now();
    const key = `${pod.uid} ${notice.control} ${notice.rule}`;
    const known = this.#series.get(key);
    if (known !== undefined) {
      known.count += notice.count;
      known.lastMs = nowMs;
      this.#update(key, known, nowMs);
      return;
    }
    const places = [this.#pods.of(pod.uid, nowMs), this.#namespaces.of(pod.namespace, nowMs), this.#all];
    if (
      this.#open >= MAX_OPEN ||
      this.#series.size >= MAX_SERIES ||
      !places.every((place) => place.has(nowMs))
    ) {
      this.#options.wrote('limited');
      return;
    }
    for (const place of places) place.take();
    const { namespace } = pod;
    const { count } = notice;
    const times = { lastMs: nowMs, writtenMs: nowMs };
    const series: Series = { namespace, name: null, count, written: count, isBusy: false, ...times };
    this.#series.set(key, series);
    const event: PodEvent = { pod, reason: 'ExchangeRefused', note: noteOf(notice), timeMs: nowMs, count };
    void this.#write(key, series, async () => {
      series.name = await this.#options.writer.create(event);
      return 'created';
    });
  }

  /** Writes the counts that grew, and forgets what is over. To be called every few seconds. */
  look(): void {
    const nowMs = this.#options.now();
    for (const [key, series] of this.#series) {
      if (nowMs - series.lastMs > FORGET_MS) this.#series.delete(key);
      else this.#update(key, series, nowMs);
    }
  }

  #update(key: string, series: Series, nowMs: number): void {
    const { name, namespace, count } = series;
    const isDue = count > series.written && nowMs - series.writtenMs >= COUNT_MS;
    if (name === null || series.isBusy || !isDue || this.#open >= MAX_OPEN || !this.#all.has(nowMs)) return;
    this.#all.take();
    series.writtenMs = nowMs;
    void this.#write(key, series, async () => {
      if (await this.#options.writer.count(namespace, name, count, series.lastMs)) series.written = count;
      else this.#series.delete(key);
      return 'updated';
    });
  }

  /** Never rejects. A series whose Event could not be written is begun anew by the next refusal. */
  async #write(key: string, series: Series, send: () => Promise<'created' | 'updated'>): Promise<void> {
    series.isBusy = true;
    this.#open += 1;
    try {
      this.#options.wrote(await send());
    } catch (error) {
      if (series.name === null) this.#series.delete(key);
      this.#options.wrote('failed');
      this.#options.onError(error);
    } finally {
      series.isBusy = false;
      this.#open -= 1;
    }
  }
}

function noteOf({ control, rule, code, exchange }: Refused): string {
  return (
    `The control ${control} refused an exchange by rule ${rule} (${code}). Decision ${exchange}: ` +
    `llm-boundary-audit why ${exchange}, or the console. Further refusals by this rule are counted here.`
  );
}
