import { TraceFlags, type Context } from '@opentelemetry/api';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';

import type { TraceSettings } from './settings.ts';

/** Delivers a batch. False: it is given up. Never rejects. */
type Send = (spans: readonly ReadableSpan[]) => Promise<boolean>;

/** `ExportResultCode` of the SDK. */
const RESULT = { success: 0, failed: 1 } as const;

/** Spans that wait for the collector, in memory of bounded size: those that are in the way are dropped and counted. */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #limit: number;
  readonly #dropped: (reason: 'queue' | 'export', spans: number) => void;
  /** With those that are being sent. */
  #waiting = 0;
  /** The SDK does not wait for them. */
  readonly #sending = new Set<Promise<void>>();

  constructor(
    { queueSpans, batchSpans, delayMs, timeoutMs }: TraceSettings,
    send: Send,
    dropped: (reason: 'queue' | 'export', spans: number) => void,
  ) {
    this.#limit = queueSpans;
    this.#dropped = dropped;
    const exporter: SpanExporter = {
      export: (spans, told) => {
        const sending = send(spans).then((isDelivered) => {
          this.#sending.delete(sending);
          this.#waiting -= spans.length;
          if (!isDelivered) this.#dropped('export', spans.length);
          told({ code: isDelivered ? RESULT.success : RESULT.failed });
        });
        this.#sending.add(sending);
      },
      shutdown: () => Promise.resolve(),
    };
    this.#batches = new BatchSpanProcessor({
      exporter,
      maxQueueSize: queueSpans,
      maxExportBatchSize: batchSpans,
      scheduledDelayMillis: delayMs,
      // `send` has its own limit, and tells what became of the batch.
      exportTimeoutMillis: timeoutMs * 2,
    });
  }

  onStart(span: Span, parent: Context): void {
    this.#batches.onStart(span, parent);
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    if (this.#waiting >= this.#limit) {
      this.#dropped('queue', 1);
      return;
    }
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  async forceFlush(): Promise<void> {
    await this.#batches.forceFlush();
    await Promise.all(this.#sending);
  }

  /** Sends what is left. Rejects if a batch is not delivered. */
  async shutdown(): Promise<void> {
    try {
      await this.#batches.shutdown();
    } finally {
      await Promise.all(this.#sending);
    }
  }
}
