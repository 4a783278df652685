import type { Answer } from './creation.ts';

/** The result of a storm, one line of JSON. */
export interface Tally {
  /** Pods that were asked for. */
  readonly wanted: number;
  /** Pods that were admitted with a sidecar. */
  readonly injected: number;
  /** Names of pods that were admitted without one. */
  readonly bare: readonly string[];
  /** Pods that were still refused at the end of the patience, with the last reason. */
  readonly stuck: readonly string[];
  /** Refusals by status and reason, of attempts that were repeated. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly unexplained: Readonly<Record<string, number>>;
  /** Seconds from the first creation to the last that was started on time. */
  readonly seconds: number;
  /** Creations sent in these seconds, in each of them, on average; repeated attempts included. */
  readonly attemptsPerSecond: number;
  readonly admittedPerSecond: number;
  /** Seconds from a pod's first attempt to its admission, at most. */
  readonly longestWait: number;
  /** Milliseconds of the attempts that were admitted, from request to reply. */
  readonly admitted: Latency;
}

export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Counts answers as they come. */
export class Counter {
  attempts = 0;
  injected = 0;
  longestWaitMs = 0;
  readonly #admittedMs: number[] = [];
  readonly bare: string[] = [];
  readonly refusals: Record<string, number> = {};
  readonly unexplained: Record<string, number> = {};

  /** @param ms from the request to the reply */
  count(name: string, answer: Answer, ms: number): void {
    this.attempts += 1;
    switch (answer.kind) {
      case 'injected':
        this.injected += 1;
        this.#admittedMs.push(ms);
        return;
      case 'bare':
        this.bare.push(name);
        return;
      case 'refused':
        add(this.refusals, `${answer.status} ${answer.reason}`);
        return;
      case 'unexplained':
        add(this.unexplained, answer.what);
        return;
    }
  }

  /** Zero where nothing was admitted. */
  latency(): Latency {
    const sorted = this.#admittedMs.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    return { p50: at(0.5), p99: at(0.99) };
  }
}
