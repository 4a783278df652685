import { createHistogram } from 'node:perf_hooks';

import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

const RESOLUTION_MS = 10;
/** Sampling goes on for so long after the last exchange. */
const REST_MS = 1_000;
/** The longest time of a timer: the package's own sampling never wakes the process. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * The metrics of Node.js and its process. Each sample of the delay of the event loop wakes the process, a hundred times a second, which was nine
 * tenths of the CPU of a sidecar without traffic: so it is sampled while there are exchanges.
 */
export class LoopDelay {
  /** Times between two samples since the last reading, ns: the resolution, and the delay. */
  readonly #samples = createHistogram();
  readonly #open: () => number;
  #timer: NodeJS.Timeout | null = null;
  #sampledMs = 0;
  #usedMs = 0;

  /** @param open exchanges in progress */
  constructor(registry: Registry, open: () => number) {
    this.#open = open;
    collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
    const samples = this.#samples;
    const readings: readonly (readonly [string, string, () => number])[] = [
      ['min', 'The minimum recorded event loop delay', () => samples.min],
      ['max', 'The maximum recorded event loop delay', () => samples.max],
      ['mean', 'The mean of the recorded event loop delays', () => samples.mean],
      ['stddev', 'The standard deviation of the recorded event loop delays', () => samples.stddev],
      ['p50', 'The 50th percentile of the recorded event loop delays', () => samples.percentile(50)],
      ['p90', 'The 90th percentile of the recorded event loop delays', () => samples.percentile(90)],
      ['p99', 'The 99th percentile of the recorded event loop delays', () => samples.percentile(99)],
    ];
    for (const [index, [what, help, nanos]] of readings.entries()) {
      const name = `nodejs_eventloop_lag_${what}_seconds`;
      registry.removeSingleMetric(name);
      new Gauge({
        name,
        help: `${help}; 0 without exchanges since the last scrape.`,
        registers: [registry],
        collect() {
          this.set(samples.count === 0 ? 0 : nanos() / 1e9);
          // They are read in their order.
          if (index === readings.length - 1) samples.reset();
        },
      });
    }
  }

  /** An exchange has begun. */
  used(): void {
    const nowMs = performance.now();
    this.#usedMs = nowMs;
    if (this.#timer !== null) return;
    this.#sampledMs = nowMs;
    this.#timer = setInterval(() => this.#sample(), RESOLUTION_MS).unref();
  }

  #sample(): void {
    const nowMs = performance.now();
    this.#samples.record(Math.max(1, Math.round(1e6 * (nowMs - this.#sampledMs))));
    this.#sampledMs = nowMs;
    if (this.#open() > 0) this.#usedMs = nowMs;
    if (nowMs - this.#usedMs < REST_MS || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
