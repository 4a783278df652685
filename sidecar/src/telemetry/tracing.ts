import type { Decision, Direction } from '../exchange/index.ts';

/** What is known of an exchange when it begins. */
export interface TraceStart {
  /** ID of the exchange. */
  readonly id: string;
  readonly direction: Direction;
  readonly method: string;
  /** `http(s)://host[:port]` of the upstream; empty if there is none. */
  readonly origin: string;
  /** Outbound: `host[:port]` as requested by the workload. Null: inbound. Attacker-controlled. */
  readonly host: string | null;
  /** `traceparent` and `tracestate` as received; undefined: absent. Attacker-controlled. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
}

/** How an exchange ended. */
export interface TraceEnd {
  readonly outcome: NonNullable<Decision['outcome']>;
  readonly status: number;
  readonly dialect: Decision['dialect'];
  /** The boundary's own time. */
  readonly ownMs: number;
}

/** Names and values of request headers. */
type Headers = readonly (readonly [string, string])[];

/** The spans of one exchange. Every method is cheap and never throws; none takes content. */
export interface ExchangeTrace {
  /** A control begins to judge; no effect until its decision if it has begun. */
  judging(): void;
  /** A decision was made, and is on the record once `durable` is settled. Returns what `durable` does. */
  decided<T>(decision: Decision, durable: Promise<T>): Promise<T>;
  /** A request goes to the upstream, or goes there again: the headers of the trace for it, in place of the caller's. */
  called(): Headers;
  /** The first byte of a streamed reply was released. */
  released(): void;
  /** The upstream's reply is complete. */
  replied(): void;
  /** Nothing follows but decisions that are noted late. */
  ended(end: TraceEnd): void;
}

/** Where spans go. */
export interface Tracing {
  begin(start: TraceStart): ExchangeTrace;
}
