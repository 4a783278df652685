import type { MetricFamily } from '../telemetry/metrics.ts';

interface MetricReaderOptions {
  readonly intervalMs: number;
  /** The values of now. */
  readonly read: () => Promise<readonly MetricFamily[]>;
  /** Never rejects. */
  readonly send: (families: readonly MetricFamily[]) => Promise<unknown>;
}

/** Sends the metrics at an interval. What takes longer than that is not done twice at a time: the next values have all of it. */
export class MetricReader {
  readonly #options: MetricReaderOptions;
  readonly #timer: NodeJS.Timeout;
  #sending: Promise<void> | null = null;

  constructor(options: MetricReaderOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#sending ??= this.#send();
    }, options.intervalMs).unref();
  }

  /** Stops, and sends the last values. */
  async finish(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.#send();
  }

  async #send(): Promise<void> {
    try {
      await this.#options.send(await this.#options.read());
    } finally {
      this.#sending = null;
    }
  }
}
