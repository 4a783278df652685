import { Allowance } from './allowance.ts';
import { EventPlaces } from './event-places.ts';
import type { Refused } from './notice-request.ts';
import type { PodIdentity } from './registry.ts';
import { Turns } from './turns.ts';

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
  readonly key: string;
  readonly namespace: string;
  /** As its Event begins. */
  readonly first: Omit<PodEvent, 'count'>;
  /** Null until its Event is created. */
  name: string | null;
  count: number;
  lastMs: number;
  written: number;
  writtenMs: number;
  isBusy: boolean;
}

/** Counts that are written in the whole cluster: here, too, the namespaces take turns. */
const COUNTS = { places: 60, everyMs: 1_000 };
/** Between two writes of one Event. */
const COUNT_MS = 60_000;
/** `series.count` is an int32. */
const MAX_COUNT = 2 ** 31 - 1;
/** API servers delete Events after an hour by default. */
const FORGET_MS = 3_600_000;
const MAX_SERIES = 10_000;
const MAX_OF_NAMESPACE = 100;
const MAX_OPEN = 32;
/** Counts leave the other half to new Events. */
const MAX_OPEN_COUNTS = 16;

/**
 * One Event for each rule that refuses in a pod, whose count grows, however many exchanges are refused. Bounded in memory and in requests to
 * the API server, with a share for each namespace: new Events wait until it is the turn of theirs. What is over the bounds is counted by `wrote('limited')` and stands in metrics and records alone.
 */
export class EventSeries {
  readonly #options: EventSeriesOptions;
  /** By namespace, the one whose turn it is first; then by key. */
  readonly #series = new Map<string, Map<string, Series>>();
  readonly #places: EventPlaces;
  /** Without an Event yet. */
  readonly #waiting = new Turns<Series>();
  readonly #counts: Allowance;
  #size = 0;
  #open = 0;

  constructor(options: EventSeriesOptions) {
    this.#options = options;
    this.#places = new EventPlaces(options.now());
    this.#counts = new Allowance(COUNTS.places, COUNTS.everyMs, options.now());
  }

  /** Refusals in a pod. Returns at once; never throws. */
  refused(pod: PodIdentity, notice: Refused): void {
    const nowMs = this.#options.now();
    const { namespace } = pod;
    const key = `${pod.uid} ${notice.control} ${notice.rule}`;
    const known = this.#series.get(namespace)?.get(key);
    if (known !== undefined) {
      known.count = Math.min(MAX_COUNT, known.count + notice.count);
      known.lastMs = nowMs;
      return;
    }
    if (!this.#places.takeOwn(pod, nowMs)) {
      this.#options.wrote('limited');
      return;
    }
    const { count } = notice;
    const first = { pod, reason: 'ExchangeRefused', note: noteOf(notice), timeMs: nowMs } as const;
    const times = { lastMs: nowMs, writtenMs: nowMs };
    const series: Series = { key, namespace, first, name: null, count, written: 0, isBusy: false, ...times };
    this.#keep(series);
    this.#waiting.add(namespace, series);
    this.#create(nowMs);
  }

  /** Creates what waits, writes the counts that grew, and forgets what is over. To be called every few seconds. */
  look(): void {
    const nowMs = this.#options.now();
    for (const series of this.#all()) if (nowMs - series.lastMs > FORGET_MS) this.#forget(series);
    this.#create(nowMs);
    let waiting = [...this.#series].map(([namespace, series]) => ({ namespace, due: dueOf(series, nowMs) }));
    while (waiting.length > 0) {
      waiting = waiting.filter(({ due }) => due.length > 0);
      for (const { namespace, due } of waiting) {
        if (this.#open >= MAX_OPEN_COUNTS || !this.#counts.has(nowMs)) return;
        const series = due.shift();
        if (series === undefined) continue;
        this.#counts.take();
        this.#takeTurn(namespace);
        this.#count(series, nowMs);
      }
    }
  }

  /** As many Events as there are places. */
  #create(nowMs: number): void {
    while (this.#open < MAX_OPEN && this.#places.shared.has(nowMs)) {
      const series = this.#waiting.next();
      if (series === null) return;
      this.#places.shared.take();
      const { first, count } = series;
      series.written = count;
      series.writtenMs = nowMs;
      void this.#write(series, async () => {
        series.name = await this.#options.writer.create({ ...first, count });
        return 'created';
      });
    }
  }

  #count(series: Series, nowMs: number): void {
    const { name, namespace, count, lastMs } = series;
    if (name === null) return;
    series.writtenMs = nowMs;
    void this.#write(series, async () => {
      if (await this.#options.writer.count(namespace, name, count, lastMs)) series.written = count;
      else this.#forget(series);
      return 'updated';
    });
  }

  /** Never rejects. A series whose Event could not be written is begun anew by the next refusal. */
  async #write(series: Series, send: () => Promise<'created' | 'updated'>): Promise<void> {
    series.isBusy = true;
    this.#open += 1;
    try {
      this.#options.wrote(await send());
    } catch (error) {
      if (series.name === null) this.#forget(series);
      this.#options.wrote('failed');
      this.#options.onError(error);
    } finally {
      series.isBusy = false;
      this.#open -= 1;
    }
  }

  #all(): readonly Series[] {
    return [...this.#series.values()].flatMap((series) => [...series.values()]);
  }

  /** Makes room where there is none: the namespace is over its share, or another one has the most. */
  #keep(series: Series): void {
    const own = this.#series.get(series.namespace)?.size ?? 0;
    if (own >= MAX_OF_NAMESPACE) this.#giveUp(series.namespace);
    else if (this.#size >= MAX_SERIES) this.#giveUp(this.#largest());
    const of = this.#series.get(series.namespace) ?? new Map<string, Series>();
    this.#series.set(series.namespace, of.set(series.key, series));
    this.#size += 1;
  }

  #largest(): string {
    let [most, largest] = [0, ''];
    for (const [namespace, { size }] of this.#series) if (size > most) [most, largest] = [size, namespace];
    return largest;
  }

  /** The next refusal by its rule is a new Event, if there is a place. */
  #giveUp(namespace: string): void {
    const [oldest] = [...(this.#series.get(namespace)?.values() ?? [])].sort((a, b) => a.lastMs - b.lastMs);
    if (oldest !== undefined) this.#forget(oldest);
  }

  #forget(series: Series): void {
    const { namespace, key } = series;
    const of = this.#series.get(namespace);
    // It may have been given up, and begun anew, while it was being written.
    if (of?.get(key) !== series) return;
    of.delete(key);
    this.#size -= 1;
    if (this.#waiting.delete(namespace, series)) this.#options.wrote('limited');
    if (of.size === 0) this.#series.delete(namespace);
  }

  #takeTurn(namespace: string): void {
    const of = this.#series.get(namespace);
    if (of === undefined) return;
    this.#series.delete(namespace);
    this.#series.set(namespace, of);
  }
}

/** Whose counts are to be written, those first that wait for longest. */
function dueOf(series: ReadonlyMap<string, Series>, nowMs: number): Series[] {
  return [...series.values()]
    .filter(
      ({ name, isBusy, count, written, writtenMs }) =>
        name !== null && !isBusy && count > written && nowMs - writtenMs >= COUNT_MS,
    )
    .sort((a, b) => a.writtenMs - b.writtenMs);
}

function noteOf({ control, rule, code, exchange }: Refused): string {
  return (
    `The control ${control} refused an exchange by rule ${rule} (${code}). Decision ${exchange}: ` +
    `llm-boundary-audit why ${exchange}, or the console. Further refusals by this rule are counted here.`
  );
}
