import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';

import { Backoff } from '../audit/ship/backoff.ts';
import type { Credentials } from '../audit/ship/credentials.ts';
import { Exporter, type ExportOutcome, type ExportResult } from '../audit/ship/exporter.ts';
import type { Log } from '../telemetry/log.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { SignalSettings } from './settings.ts';

export interface SenderOptions<Item> {
  readonly settings: SignalSettings;
  readonly credentials: Credentials;
  readonly encode: (items: readonly Item[]) => Uint8Array;
  readonly trust: SecureContext;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  readonly telemetry: Pick<Telemetry, 'otlpExported'>;
  readonly log: Pick<Log, 'warning'>;
}

/** Another attempt can succeed (specification of OTLP, "Retryable response codes"). */
const RETRIED: ReadonlySet<ExportResult> = new Set(['unavailable', 'connection']);
const RETRIES = { firstMs: 1_000, maxMs: 5_000, maxAskedMs: 5_000 };

/** Sends the batches of one signal, each until it is delivered or its time is over, and says in the log when that begins to fail and when it works again. */
export class Sender<Item> {
  readonly #options: SenderOptions<Item>;
  readonly #exporter: Exporter<Item>;
  readonly #end = new AbortController();
  #isFailing = false;

  constructor(options: SenderOptions<Item>) {
    const { settings, credentials, encode, trust, lookup } = options;
    const { endpoint, compression, timeoutMs } = settings;
    this.#options = options;
    this.#exporter = new Exporter({
      sink: { endpoint, compression, encoding: 'protobuf' },
      ...{ encode, credentials, trust, timeoutMs, lookup },
    });
  }

  /** True: delivered. Never rejects. */
  async send(items: readonly Item[]): Promise<boolean> {
    const { settings, telemetry } = this.#options;
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(settings.timeoutMs)]);
    const backoff = new Backoff(RETRIES);
    for (;;) {
      const outcome = await this.#exporter.send(items, signal);
      telemetry.otlpExported(settings.signal, outcome.result);
      this.#told(outcome);
      if (outcome.result === 'delivered') return true;
      if (!RETRIED.has(outcome.result) || signal.aborted) return false;
      await sleep(backoff.failed(outcome.retryAfterMs), null, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Aborts what is being sent. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#exporter.close();
  }

  #told({ result, reason }: ExportOutcome): void {
    const isFailing = result !== 'delivered';
    if (isFailing === this.#isFailing) return;
    this.#isFailing = isFailing;
    const { signal, endpoint } = this.#options.settings;
    // The query may be a credential: some vendors take their key there.
    const receiver = endpoint.split('?', 1)[0] ?? '';
    this.#options.log.warning(
      isFailing
        ? `${signal} cannot be exported to ${receiver}: ${reason}; exchanges are not affected`
        : `${signal} are exported to ${receiver} again`,
    );
  }
}
