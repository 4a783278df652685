import { errors, type Dispatcher } from 'undici';
import type { InterimReply } from './interim.ts';
import type { TurnTaker, Turns } from './sharing/turns.ts';
import type { ReplySink, Transfer } from './transfer.ts';
import { toUpstreamError, UpstreamError } from './upstream-error.ts';
import type { GateUser, UpstreamGate } from './upstream-gate.ts';

type Trailers = readonly (readonly [string, string])[];
/** How the exchange ended on the wire. */
type Ending = { readonly trailers: Trailers } | { readonly error: UpstreamError };

/** One exchange on the wire: connects undici's handler with the caller's `Transfer`. */
export class Flight implements Dispatcher.DispatchHandler, GateUser, Transfer, TurnTaker {
  share?: TurnTaker['share'];
  readonly #turns: Turns;
  readonly #bodyTimeoutMs: number;
  readonly #onFault: (fault: unknown) => void;
  readonly #landed: () => void;
  #sink: ReplySink | null;
  #controller: Dispatcher.DispatchController | null = null;
  #gate: UpstreamGate | null = null;
  #idle: NodeJS.Timeout | null = null;
  /** The sink is paused. Data that the parser already has is queued, at most one read of the socket. */
  #held = false;
  #queue: Buffer[] = [];
  #ending: Ending | null = null;
  #scheduled = false;
  /** Arrived data waits for its turn of the event loop. */
  #waits = false;
  #aborted = false;
  #over = false;
  #status = 0;

  /** `landed`: called once, when the connection is free again or closed. */
  constructor(
    sink: ReplySink,
    {
      turns,
      bodyTimeoutMs,
      onFault,
    }: {
      readonly turns: Turns;
      readonly bodyTimeoutMs: number;
      readonly onFault: (fault: unknown) => void;
    },
    landed: () => void,
  ) {
    this.#sink = sink;
    this.#turns = turns;
    this.#bodyTimeoutMs = bodyTimeoutMs;
    this.#onFault = onFault;
    this.#landed = landed;
  }

  uses(gate: UpstreamGate): void {
    this.#gate = gate;
  }

  fault(error: unknown): void {
    this.#land();
    this.#fail(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#gate?.begin();
    const peer = this.#gate?.peer ?? null;
    if (peer !== null) this.#sink?.connected?.(peer);
    // Aborted while it waited for a socket: it must not be written.
    if (this.#aborted) controller.abort(new UpstreamError('broken'));
  }

  interim(reply: InterimReply): void {
    try {
      this.#sink?.interim?.(reply);
    } catch (error) {
      this.#fail(error);
    }
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    reason = '',
  ): void {
    // The gate has removed informational replies.
    if (status < 200) return;
    this.#status = status;
    this.#watch();
    const rawHeaders = pairs(controller.rawHeaders);
    const headers = rawHeaders.map(([name, value]): [string, string] => [name.toLowerCase(), value]);
    try {
      // undici decodes the reason as UTF-8.
      this.#sink?.head({ status, reason: Buffer.from(reason).toString('latin1'), headers, rawHeaders });
    } catch (error) {
      this.#fail(error);
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink === null) return;
    this.#idle?.refresh();
    this.#queue.push(chunk);
    if (this.#held || this.#waits || this.#queue.length > 1) return;
    this.#deliver(this.#sink);
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const broken = this.#gate?.broken === true;
    this.#land();
    this.#end(broken ? { error: new UpstreamError('broken') } : { trailers: pairs(controller.rawTrailers) });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const isStale = this.#gate?.isStale === true;
    this.#land();
    // RFC 9110 §15.4.5: a 304 has the length of a body that is not sent. undici reports that body as missing.
    if (this.#status === 304 && error instanceof errors.ResponseContentLengthMismatchError) {
      this.#end({ trailers: [] });
      return;
    }
    const told = toUpstreamError(error);
    this.#end({ error: isStale && told.code === 'broken' ? new UpstreamError('stale', error) : told });
  }

  resume(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#scheduled) return;
    this.#scheduled = true;
    // Deferred: the caller may be inside undici's parser, of this connection or another.
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  abort(): void {
    if (this.#settle() === null) return;
    this.#aborted = true;
    this.#controller?.abort(new UpstreamError('broken'));
  }

  turn(): void {
    this.#waits = false;
    this.#pump();
  }

  /** Passes queued data to the sink when it is this reply's turn. */
  #deliver(sink: ReplySink): void {
    const [chunk] = this.#queue;
    if (chunk === undefined) return;
    if (!this.#turns.may(this, chunk.length)) {
      this.#waits = true;
      this.#gate?.hold(this);
      this.#unwatch();
      return;
    }
    this.#queue.shift();
    // Paused first, so that a `resume` from inside `data` is not lost.
    this.#held = true;
    try {
      if (sink.data(chunk)) this.#held = false;
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.#held || this.#over) return;
    this.#gate?.hold(this);
    this.#unwatch();
  }

  #pump(): void {
    while (this.#sink !== null && !this.#held && !this.#waits && this.#queue.length > 0)
      this.#deliver(this.#sink);
    if (this.#held || this.#waits || this.#sink === null) return;
    if (this.#ending !== null) this.#finish(this.#ending);
    else {
      this.#watch();
      this.#gate?.release(this);
    }
  }

  #end(ending: Ending): void {
    if (this.#held || this.#waits || this.#queue.length > 0) this.#ending = ending;
    else this.#finish(ending);
  }

  #finish(ending: Ending): void {
    const sink = this.#settle();
    if (sink === null) return;
    if ('error' in ending) {
      this.#tell(sink, ending.error);
      return;
    }
    try {
      sink.end(ending.trailers);
    } catch (error) {
      this.#tell(sink, toUpstreamError(error));
    }
  }

  /** Often called where no one would catch: in timers, microtasks and turns of the event loop. */
  #tell(sink: ReplySink, error: UpstreamError): void {
    try {
      sink.error(error);
    } catch (fault) {
      this.#onFault(fault);
    }
  }

  /** The sink, or a library, threw: the exchange ends and the connection is cut. */
  #fail(error: unknown): void {
    const sink = this.#settle();
    if (sink === null) return;
    this.#controller?.abort(new UpstreamError('broken', error));
    this.#tell(sink, toUpstreamError(error));
  }

  /** The connection delivers nothing more. */
  #land(): void {
    if (this.#over) return;
    this.#over = true;
    this.#unwatch();
    this.#gate?.leave(this);
    this.#landed();
  }

  #settle(): ReplySink | null {
    const sink = this.#sink;
    this.#sink = null;
    this.#queue = [];
    this.#turns.leave(this);
    this.#unwatch();
    return sink;
  }

  /** undici's own timer would include the time during which the sink is paused. */
  #watch(): void {
    if (this.#bodyTimeoutMs === 0 || this.#over || this.#sink === null) return;
    this.#idle ??= setTimeout(
      () => this.#controller?.abort(new UpstreamError('body_timeout')),
      this.#bodyTimeoutMs,
    );
  }

  #unwatch(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
  }
}

/** undici lists names and values alternately, as received. */
function pairs(raw: Dispatcher.DispatchController['rawHeaders']): [string, string][] {
  const found: [string, string][] = [];
  if (!Array.isArray(raw)) return found;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    found.push([latin1(raw[i]), latin1(raw[i + 1])]);
  }
  return found;
}

function latin1(value: Buffer | string | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : value.toString('latin1');
}
