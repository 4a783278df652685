import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';

import type { AppendFile } from '../log/file/append-file.ts';
import type { Spool } from '../log/spool.ts';
import type { Identity } from '../record/identity.ts';
import type { Telemetry, UnsentRecord } from '../../telemetry/telemetry.ts';
import type { CredentialSource } from './credentials.ts';
import { BodiesFirst } from './bodies-first.ts';
import { Cursor } from './cursor.ts';
import type { Exporter } from './exporter.ts';
import { Progress } from './progress.ts';
import { Printer } from './printer.ts';
import { PRINT_LIMITS, Shipper, SHIPPER_LIMITS, type ShipperLimits } from './shipper.ts';
import type { OtlpSink } from './sink.ts';

export interface ShippingOptions {
  /** Null without a folder: nothing can be sent, and a required sink blocks all exchanges. */
  readonly spool: Spool | null;
  readonly identity: Identity;
  /** Version of the sidecar. */
  readonly version: string;
  readonly credentials: CredentialSource;
  /** Trust for receivers whose credentials have no CA. */
  readonly trust: SecureContext;
  readonly timeoutMs: number;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  /** Gets a copy of the record, at least once, as its reader takes it; whatever waits for that. Null: no copy. Not used without a folder. */
  readonly output: AppendFile | null;
  readonly telemetry: Pick<Telemetry, 'recordUnsent' | 'recordExported'>;
  readonly log: { warning(text: string): void };
  readonly limits?: ShipperLimits;
}

interface Line {
  readonly progress: Progress;
  readonly shipper: Shipper;
}

interface Receiver {
  sink: OtlpSink;
  /** Null until the cursor is read. */
  line: Line | null;
  readonly opened: Promise<void>;
  gone: boolean;
}

/** Interval of checking the backlog of required sinks; exchanges within it share the result. */
const LOOK_MS = 50;

/** Name of the copy in logs, metrics and the cursor. */
const STDOUT = 'stdout';
/** How long the end waits for the reader of standard output. */
const LAST_PRINT_MS = 5_000;

const NOTHING = { lines: 0, bytes: 0, ageMs: 0 };

/** Sends the record out of the pod: one shipper for each endpoint of the policy in force, and one for standard output. */
export class Shipping {
  readonly #options: ShippingOptions;
  readonly #receivers = new Map<string, Receiver>();
  readonly #printed: Pick<Receiver, 'line' | 'opened'>;
  #overdue = false;
  #lookedMs = -Infinity;

  constructor(options: ShippingOptions) {
    this.#options = options;
    const printed: Pick<Receiver, 'line'> & { opened: Promise<void> } = {
      line: null,
      opened: Promise.resolve(),
    };
    printed.opened = this.#openCopy(printed);
    this.#printed = printed;
    options.telemetry.recordUnsent(() => this.#unsent());
    options.spool?.listen(() => {
      for (const { line } of this.#all()) line?.shipper.wake();
    });
  }

  /** Applies the sinks of a new policy. Undelivered lines for a removed sink stay undelivered. */
  apply(sinks: readonly OtlpSink[]): void {
    const { spool, log } = this.#options;
    if (spool === null && sinks.length > 0)
      log.warning('audit.sinks has otlp, which requires --audit-dir: nothing is sent');
    const wanted = new Set(sinks.map((sink) => sink.endpoint));
    for (const [endpoint, receiver] of this.#receivers)
      if (!wanted.has(endpoint)) {
        this.#receivers.delete(endpoint);
        stop(receiver);
      }
    for (const sink of sinks) this.#applyOne(sink);
    this.#lookedMs = -Infinity;
  }

  /** True if there is a receiver, and every receiver has all of the file's lines. */
  delivered(file: string): boolean {
    const all = [...this.#receivers.values()];
    return all.length > 0 && all.every(({ line }) => line?.progress.delivered(file) === true);
  }

  /** A required sink exceeds its limits. Cheap. */
  overdue(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#lookedMs < LOOK_MS) return this.#overdue;
    this.#lookedMs = nowMs;
    this.#overdue = [...this.#receivers.values()].some((receiver) => this.#isOverdue(receiver));
    return this.#overdue;
  }

  /** Sends the rest, for `graceMs` at most, and returns what remains. Nothing is sent afterwards. */
  async drain(graceMs: number): Promise<readonly UnsentRecord[]> {
    await Promise.all(
      this.#all().map(async (receiver) => {
        await receiver.opened;
        // A reader that takes nothing for so long will not read the end either.
        const ms = receiver === this.#printed ? Math.min(graceMs, LAST_PRINT_MS) : graceMs;
        await receiver.line?.shipper.drain(ms);
      }),
    );
    return this.#unsent().filter(({ lines, bytes }) => lines + bytes > 0);
  }

  #applyOne(sink: OtlpSink): void {
    const known = this.#receivers.get(sink.endpoint);
    const isSame =
      known?.sink.encoding === sink.encoding &&
      known.sink.compression === sink.compression &&
      known.sink.bodies === sink.bodies;
    if (known !== undefined && isSame) {
      known.sink = sink;
      return;
    }
    if (known !== undefined) stop(known);
    const before = known?.line?.shipper.drain(0) ?? Promise.resolve();
    const receiver: Receiver = {
      sink,
      line: null,
      gone: false,
      opened: Promise.resolve(before).then(() => this.#open(receiver)),
    };
    this.#receivers.set(sink.endpoint, receiver);
  }

  #all(): readonly Pick<Receiver, 'line' | 'opened'>[] {
    return [this.#printed, ...this.#receivers.values()];
  }

  /** Never rejects. */
  async #openCopy(copy: { line: Line | null }): Promise<void> {
    const { spool, output, telemetry, log } = this.#options;
    if (spool === null || output === null) return;
    const progress = new Progress(spool, await Cursor.open(spool.dir, STDOUT));
    const printer = new Printer({
      output,
      origin: spool.origin,
      slow: () =>
        log.warning('standard output is not read: the copy of the record waits, and nothing waits for it'),
    });
    const shipper = new Shipper({
      progress,
      limits: PRINT_LIMITS,
      connect: () => Promise.resolve(printer),
      exported: (result) => telemetry.recordExported(STDOUT, result),
      troubled: (reason) =>
        log.warning(
          reason === null
            ? 'the record is printed on standard output again'
            : `the record was not printed on standard output; it is kept and printed again: ${reason}`,
        ),
    });
    copy.line = { progress, shipper };
  }

  /** Never rejects. */
  async #open(receiver: Receiver): Promise<void> {
    const { spool, limits = SHIPPER_LIMITS, telemetry, log } = this.#options;
    if (spool === null) return;
    const { sink } = receiver;
    const place = placeOf(sink.endpoint);
    const progress = new Progress(spool, await Cursor.open(spool.dir, sink.endpoint));
    if (receiver.gone) return;
    const sent = new Set<string>();
    const shipper = new Shipper({
      progress,
      limits,
      connect: () => this.#connect(receiver, spool.dir, sent),
      exported: (result) => telemetry.recordExported(place, result),
      troubled: (reason) =>
        log.warning(
          reason === null
            ? `delivery of the record to ${place} has resumed`
            : `the record was not delivered to ${place}; it is kept and sent again: ${reason}`,
        ),
    });
    receiver.line = { progress, shipper };
  }

  async #connect(
    { sink }: Receiver,
    dir: string,
    sent: Set<string>,
  ): Promise<Pick<Exporter, 'send' | 'close'>> {
    const { identity, version, credentials, timeoutMs, lookup, trust, log } = this.#options;
    const own = await credentials.for(sink.endpoint);
    // Loaded on demand, because OpenTelemetry's packages take 16 MB, which a sidecar without a receiver should save.
    const { Exporter } = await import('./exporter.ts');
    const { requestEncoder } = await import('./otlp-request.ts');
    const exporter = new Exporter({
      sink,
      encode: requestEncoder(sink.encoding, identity, version),
      credentials: own,
      trust,
      timeoutMs,
      lookup,
    });
    if (!sink.bodies) return exporter;
    const place = placeOf(sink.endpoint);
    const kept = (sha256: string, reason: string): void =>
      log.warning(
        `the sealed body ${sha256} stays on the audit volume and is not sent to ${place}: ${reason}`,
      );
    return new BodiesFirst({ exporter, dir, sent, kept });
  }

  #isOverdue({ sink, line }: Receiver): boolean {
    if (!sink.required) return false;
    if (this.#options.spool === null) return true;
    const { bytes, ageMs } = line?.shipper.unsent() ?? NOTHING;
    return bytes > sink.unsentBytes || ageMs > sink.unsentMs;
  }

  #unsent(): readonly UnsentRecord[] {
    const { line: copy } = this.#printed;
    return [
      ...(copy === null ? [] : [unsentOf(STDOUT, false, copy)]),
      ...[...this.#receivers.values()].map(({ sink, line }) =>
        unsentOf(placeOf(sink.endpoint), sink.required, line),
      ),
    ];
  }
}

function stop(receiver: Receiver): void {
  receiver.gone = true;
  receiver.line?.shipper.stop();
}

function unsentOf(endpoint: string, required: boolean, line: Line | null): UnsentRecord {
  const unsent = line?.shipper.unsent() ?? NOTHING;
  return { endpoint, required, prunedLines: line?.progress.prunedLines ?? 0, ...unsent };
}

/** Its name in logs and metrics. */
function placeOf(endpoint: string): string {
  return new URL(endpoint).host;
}
