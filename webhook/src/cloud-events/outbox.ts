import { randomUUID } from 'node:crypto';

import { Backoff } from '@llm-boundary/sidecar/audit/fleet';

import { Allowance, Allowances } from '../anchor/allowance.ts';
import { cloudEventOf, type CloudEvent, type Happening } from './cloud-event.ts';
import type { Attempt } from './http-sink.ts';
import type { Waiting, WaitingFile } from './waiting-file.ts';

export interface OutboxOptions {
  readonly send: (event: CloudEvent) => Promise<Attempt>;
  /** Names this cluster to the receiver. */
  readonly source: string;
  /** `limited`: too many of one pod. `dropped`: the queue was full, or it was too old. */
  readonly count: (result: 'delivered' | 'refused' | 'dropped' | 'limited') => void;
  readonly warn: (text: string) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when the outbox closes. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Keeps what waits for the next process. */
  readonly file?: Pick<WaitingFile, 'changed' | 'close'>;
  /** What the process before left there. */
  readonly left?: readonly Waiting[];
}

const MAX_WAITING = 1_000;
const MAX_AGE_MS = 3_600_000;
/** New events of one pod: 40 at once, then one in ten seconds. */
const OF_POD = { places: 40, everyMs: 10_000 };
const MAX_PODS = 10_000;
const LIMITS = { firstMs: 1_000, maxMs: 300_000, maxAskedMs: 3_600_000 };

/**
 * CloudEvents that wait for the receiver, in bounded number: sent one by one, the oldest first, again until they are delivered. Reports of
 * one rule and pod that wait together are one event.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #pods = new Allowances(MAX_PODS, (nowMs) => new Allowance(OF_POD.places, OF_POD.everyMs, nowMs));
  readonly #backoff = new Backoff(LIMITS);
  #running: Promise<void> | null = null;
  /** Key of the event that is being sent: it is not changed any more. */
  #sending: string | null = null;
  #closed = false;
  #trouble = '';
  #wake: () => void = () => undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    for (const left of options.left ?? []) {
      const name = keyOf(left.happening);
      this.#waiting.set(this.#waiting.has(name) ? `${name} next` : name, left);
      if (this.#waiting.size > MAX_WAITING) this.#dropOldest();
    }
    if (this.#waiting.size > 0) this.#running = this.#run();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes an event. Returns at once; never throws. */
  add(happening: Happening): void {
    const nowMs = this.#options.now();
    // An event that is being sent stays as it is.
    const name = keyOf(happening);
    const key = name === this.#sending ? `${name} next` : name;
    const known = this.#waiting.get(key);
    if (known !== undefined) {
      known.happening = merged(known.happening, happening);
      this.#changed();
      return;
    }
    const place = this.#pods.of(happening.pod.uid, nowMs);
    if (!place.has(nowMs)) {
      this.#options.count('limited');
      return;
    }
    place.take();
    this.#waiting.set(key, { happening, id: randomUUID(), sinceMs: nowMs });
    if (this.#waiting.size > MAX_WAITING) this.#dropOldest();
    this.#changed();
    this.#running ??= this.#run();
  }

  /** Sends what is left, for `graceMs` at most. Never rejects. @returns how many were not delivered, and whether the next process finds them */
  async close(graceMs: number): Promise<{ readonly undelivered: number; readonly kept: boolean }> {
    this.#closed = true;
    this.#wake();
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, graceMs).unref())]);
    const undelivered = this.#waiting.size;
    return { undelivered, kept: (await this.#options.file?.close()) ?? false };
  }

  #changed(): void {
    this.#options.file?.changed(() => this.#waiting.values());
  }

  #dropOldest(): void {
    for (const key of this.#waiting.keys()) {
      if (key === this.#sending) continue;
      this.#waiting.delete(key);
      this.#options.count('dropped');
      return;
    }
  }

  async #run(): Promise<void> {
    for (;;) {
      const [oldest] = this.#waiting;
      if (oldest === undefined) break;
      const [key, waiting] = oldest;
      if (this.#options.now() - waiting.sinceMs > MAX_AGE_MS) {
        this.#waiting.delete(key);
        this.#options.count('dropped');
        this.#changed();
        continue;
      }
      this.#sending = key;
      const { send, source, count } = this.#options;
      const attempt = await send(cloudEventOf(waiting.happening, waiting.id, source));
      this.#note(attempt.reason);
      if (attempt.result === 'again') {
        // After a close there is one attempt for all of them.
        if (this.#closed) break;
        await this.#pause(this.#backoff.failed(attempt.retryAfterMs));
        continue;
      }
      this.#sending = null;
      this.#backoff.succeeded();
      this.#waiting.delete(key);
      this.#changed();
      count(attempt.result);
    }
    this.#sending = null;
    this.#running = null;
  }

  #note(reason: string): void {
    if (reason === this.#trouble) return;
    this.#trouble = reason;
    this.#options.warn(
      reason === '' ? 'CloudEvents are delivered again' : `a CloudEvent was not delivered: ${reason}`,
    );
  }

  #pause(ms: number): Promise<void> {
    if (this.#options.pause !== undefined) return this.#options.pause(ms);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Members of data that differ between reports of the same. */
const OFTEN: ReadonlySet<string> = new Set(['count', 'first', 'last', 'decision']);

/** The same type, pod, and names: what differs is how often and when. */
function keyOf({ type, pod, data }: Happening): string {
  return JSON.stringify([type, pod.uid, Object.entries(data).filter(([member]) => !OFTEN.has(member))]);
}

function merged(before: Happening, { data, timeMs }: Happening): Happening {
  const [count, more] = [before.data['count'], data['count']];
  if (typeof count !== 'number' || typeof more !== 'number') return { ...before, timeMs };
  const { first } = before.data;
  return {
    ...before,
    timeMs,
    data: { ...data, ...(first === undefined ? {} : { first }), count: count + more },
  };
}
