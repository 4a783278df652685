import type { Answer } from './creation.ts';

/** What a storm came to. Written as one line of JSON. */
export interface Tally {
  /** Pods that were to be, and those that came. */
  readonly wanted: number;
  readonly injected: number;
  readonly bare: readonly string[];
  /** Pods that were still refused when the patience was over, with the last reason. */
  readonly stuck: readonly string[];
  /** Refusals by status and reason; the pods came later. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly unexplained: Readonly<Record<string, number>>;
  /** Seconds from the first creation to the last that was started on time. */
  readonly seconds: number;
  /** Creations sent in these seconds, in each of them, on average; repeated attempts included. */
  readonly attemptsPerSecond: number;
  readonly admittedPerSecond: number;
  /** The longest that one pod had to be asked for, in seconds. */
  readonly longestWait: number;
}

function add(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** Counts answers as they come. */
export class Counter {
  attempts = 0;
  injected = 0;
  longestWaitMs = 0;
  readonly bare: string[] = [];
  readonly refusals: Record<string, number> = {};
  readonly unexplained: Record<string, number> = {};

  count(name: string, answer: Answer): void {
    this.attempts += 1;
    switch (answer.kind) {
      case 'injected':
        this.injected += 1;
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
}
