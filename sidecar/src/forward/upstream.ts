import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import type { Recorded } from '../audit/record/record.ts';
import type { Permitted } from '../controls/permit.ts';
import { Flight } from './flight.ts';
import { Places } from './sharing/places.ts';
import { Turns } from './sharing/turns.ts';
import type { ReplySink, Transfer } from './transfer.ts';
import { traced, type Trace } from './traced.ts';
import { UpstreamError } from './upstream-error.ts';
import { GatedClient, type GatedDispatch, type GateUser } from './upstream-gate.ts';

/** A request to send: without hop-by-hop headers, with its whole body. */
export interface UpstreamRequest {
  /** `http(s)://host[:port]`, without a path. */
  readonly origin: string;
  /** Path and query as sent; begins with `/`. */
  readonly path: string;
  readonly method: string;
  /** Without framing and hop-by-hop headers (`requestHeaders` builds this list). `content-length` is derived from `body`. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | Readable | null;
  /** The caller's address, for its share of the connections. Default: shared by all. */
  readonly caller?: string;
  /** Default: the caller's headers stay. */
  readonly trace?: Trace;
}

export interface UpstreamOptions {
  /** Sockets per origin. One exchange holds one socket: there is no pipelining. */
  readonly maxConnections: number;
  /** Sockets per origin for one caller. */
  readonly maxOfCaller: number;
  /** Exchanges per origin that may wait for a socket; above it `send` fails with `overloaded`. */
  readonly maxWaiting: number;
  readonly connectTimeoutMs: number;
  /** From the request's last byte to the reply's head, which includes the model's computing time. 0: no limit. */
  readonly headersTimeoutMs: number;
  /** Between two pieces of the reply. 0: no limit. Time during which the sink is paused does not count. */
  readonly bodyTimeoutMs: number;
  /** Idle sockets are closed after this, or sooner if the upstream's `Keep-Alive` says so. */
  readonly keepAliveMs: number;
  /** Certificates that verify upstreams (`loadTrust`); null: Node's own roots. */
  readonly trust: SecureContext | null;
  /** Resolves names; null: the system's resolver, unguarded. Outbound traffic uses that of `createResolver`. */
  readonly lookup: LookupFunction | null;
  /** A library threw unexpectedly. Its exchange got `broken`; the error is for the log. */
  readonly onFault: (error: unknown) => void;
}

export const UPSTREAM_DEFAULTS: UpstreamOptions = {
  maxConnections: 1024,
  maxOfCaller: 768,
  maxWaiting: 1024,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 600_000,
  bodyTimeoutMs: 300_000,
  // Below the 5 s after which uvicorn closes, so that requests are rarely sent on a closing socket.
  keepAliveMs: 4_000,
  trust: null,
  lookup: null,
  onFault: () => undefined,
};

export interface Upstream {
  /** Sends at once. Never throws: every failure reaches `sink.error`, possibly before `send` returns. Never retries. */
  send(request: Recorded<Permitted<UpstreamRequest>>, sink: ReplySink): Transfer;
  /** The same on a new connection, which ends with the reply. */
  sendFresh(request: Recorded<Permitted<UpstreamRequest>>, sink: ReplySink): Transfer;
  /** Waits for exchanges in progress, then closes every socket. `send` fails with `closed` from now on. */
  close(): Promise<void>;
}

interface Origin {
  readonly pool: Pool;
  readonly connect: (url: URL) => GatedClient;
  readonly places: Places;
}

/** Twice node's default: some servers send long policies and many cookies. */
const MAX_REPLY_HEADER_BYTES = 32 * 1024;

/** Limit of open origins: the one idle for longest is closed. */
const MAX_ORIGINS = 256;

/** HTTP/1.1 to any number of origins, with keep-alive, TCP_NODELAY, and TLS for the name of the origin. */
export function createUpstream(options: UpstreamOptions): Upstream {
  const origins = new Map<string, Origin>();
  const turns = new Turns();
  let closed = false;

  function dispatch(request: UpstreamRequest, sink: ReplySink, isFresh: boolean): Transfer {
    if (closed) return failed(sink, 'closed');
    const origin = origins.get(request.origin) ?? open(origins, request.origin, options);
    if (origin === null) return failed(sink, 'request_invalid');
    const { caller = '' } = request;
    let own: GatedClient | null = null;
    const { bodyTimeoutMs, onFault } = options;
    const flight = new Flight(sink, { turns, bodyTimeoutMs, onFault }, () => {
      origin.places.leave(caller);
      // Closing a closed client fails, which is harmless.
      own?.close().catch(() => undefined);
    });
    const start = (): void => {
      if (isFresh) own = origin.connect(new URL(request.origin));
      (own ?? origin.pool).dispatch(toDispatch(request, flight, isFresh), flight);
    };
    if (!origin.places.enter(caller, start)) return failed(sink, 'overloaded');
    return flight;
  }

  return {
    send: (request, sink) => dispatch(request, sink, false),
    sendFresh: (request, sink) => dispatch(request, sink, true),
    async close() {
      closed = true;
      await Promise.all([...origins.values()].map((origin) => origin.pool.close()));
      origins.clear();
    },
  };
}

/** Null if `url` is not an origin. */
function open(origins: Map<string, Origin>, url: string, options: UpstreamOptions): Origin | null {
  try {
    const connector = buildConnector({
      timeout: options.connectTimeoutMs,
      ...(options.trust === null ? {} : { secureContext: options.trust }),
      ...(options.lookup === null ? {} : { lookup: options.lookup }),
    });
    const connect = (target: URL): GatedClient =>
      new GatedClient(target, {
        connector,
        pipelining: 1,
        keepAliveTimeout: options.keepAliveMs,
        keepAliveMaxTimeout: Math.max(options.keepAliveMs, 60_000),
        headersTimeout: options.headersTimeoutMs,
        maxHeaderSize: MAX_REPLY_HEADER_BYTES,
        // `Flight` enforces the timeout of the body.
        bodyTimeout: 0,
        onFault: options.onFault,
      });
    const pool = new Pool(url, { connections: options.maxConnections, factory: connect });
    const { maxConnections: most, maxOfCaller: mostOfCaller, maxWaiting: mostWaiting } = options;
    const origin = { pool, connect, places: new Places({ most, mostOfCaller, mostWaiting }) };
    evictIdle(origins);
    origins.set(url, origin);
    return origin;
  } catch {
    return null;
  }
}

function evictIdle(origins: Map<string, Origin>): void {
  if (origins.size < MAX_ORIGINS) return;
  for (const [url, origin] of origins) {
    if (!origin.places.idle) continue;
    origins.delete(url);
    void origin.pool.destroy();
    return;
  }
}

function failed(sink: ReplySink, code: 'closed' | 'overloaded' | 'request_invalid'): Transfer {
  sink.error(new UpstreamError(code));
  return { resume: () => undefined, abort: () => undefined };
}

function toDispatch(request: UpstreamRequest, user: GateUser, isFresh: boolean): GatedDispatch {
  // undici verifies a certificate against the Host header: over TLS it must be the origin's, never the caller's.
  const secure = request.origin.startsWith('https:');
  const headers: string[] = [];
  for (const [name, value] of traced(request.headers, request.trace)) {
    if (secure && name.toLowerCase() === 'host') continue;
    headers.push(name, value);
  }
  const { origin, path, method, body } = request;
  // `reset` sends `Connection: close`.
  return { origin, path, method, headers, body, user, ...(isFresh ? { reset: true } : {}) };
}
