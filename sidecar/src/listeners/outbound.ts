import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Destination, Dialled, FindDestination } from '../forward/destination/destination.ts';
import { firstBytes } from '../forward/destination/first-bytes.ts';
import { canonicalHost } from '../http/head/host.ts';
import { NOTHING_SENT, openTunnel, type TunnelTarget } from '../forward/tunnel.ts';
import type { Connection } from '../http/sockets/drain.ts';
import type { FaultCode } from '../http/head/fault.ts';
import type { ListenerLimits } from '../http/limits.ts';
import type { BodyBudget } from '../http/body/body-budget.ts';
import { startServer, type Listener } from '../http/server.ts';
import type { Opening, Unnamed } from '../pipeline/connections/opening-rules.ts';
import type { Admission } from '../pipeline/connections/outbound-connections.ts';
import { HTTP2_REQUIRED_HTTP1 } from './http2-refusal.ts';
import { ALERTS, readClientHello } from './sni.ts';
import { Placement } from './placement.ts';
import type { OutboundTarget, TargetFault, TargetRules } from './target.ts';

/** Judges connections that are not HTTP: `OutboundConnections`. */
export interface ConnectionJudge {
  asksFirst(): boolean;
  /** True if the server may speak first, so that a silent client is not a slow one. */
  mayWait(dialled: Destination): boolean;
  serverAt(dialled: Destination): Promise<TunnelTarget | null>;
  admit(opening: Opening): Promise<Admission | null>;
  admitServer(target: TunnelTarget): Promise<Admission | null>;
}

export interface OutboundHandler {
  request(req: IncomingMessage, res: ServerResponse, target: OutboundTarget): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, target: OutboundTarget): void;
  /**
   * A request without an acceptable target: the handler refuses it (`host_not_allowed`, `endpoint_not_allowed`) and records the refusal.
   */
  refused(req: IncomingMessage, res: ServerResponse, fault: TargetFault): void;
}

export interface OutboundOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits: ListenerLimits;
  readonly handler: OutboundHandler;
  readonly connections: ConnectionJudge;
  readonly find: FindDestination;
  /** Evaluated for each request, so that it follows the policy. */
  readonly rules: () => TargetRules;
  readonly tunnel: {
    /** That of `createResolver`, which drops forbidden addresses. */
    readonly lookup: LookupFunction;
    readonly connectTimeoutMs: number;
    readonly idleTimeoutMs: number;
  };
  readonly onFault?: (code: FaultCode) => void;
  readonly bodies?: BodyBudget;
}

/** Silence of a client with a known destination after which the connection to its server is opened. */
const SILENCE_MS = 300;

/**
 * Model container → other hosts, on one port: HTTP by provider path or Host, TLS by its server name, and everything else by the dialled
 * address. The first bytes tell them apart, except for servers of `action.tcp`, some of which speak first.
 */
export function startOutbound(options: OutboundOptions): Promise<Listener> {
  const { handler } = options;
  const place = new Placement(options);
  return startServer({
    listen: options.listen,
    limits: options.limits,
    ...(options.bodies === undefined ? {} : { bodies: options.bodies }),
    ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
    handler: {
      request: (req, res) =>
        place.of(req, (target) => {
          if (typeof target === 'string') handler.refused(req, res, target);
          else handler.request(req, res, target);
        }),
      upgrade: (req, socket, head) =>
        place.of(req, (target) => {
          if (typeof target === 'string') socket.destroy();
          else handler.upgrade(req, socket, head, target);
        }),
    },
    onSocket: (socket, serve, connection) => new Arrival(socket, serve, connection, options).begin(),
  });
}

/** One socket from its arrival until its protocol is known. */
class Arrival {
  readonly #socket: Socket;
  readonly #serve: () => void;
  readonly #connection: Connection;
  readonly #options: OutboundOptions;
  readonly #quit: () => void;
  #received: Buffer = Buffer.alloc(0);
  #dialled: Promise<Dialled> | null = null;

  constructor(socket: Socket, serve: () => void, connection: Connection, options: OutboundOptions) {
    this.#socket = socket;
    this.#serve = serve;
    this.#connection = connection;
    this.#options = options;
    this.#quit = () => void socket.destroy();
  }

  begin(): void {
    this.#socket.on('error', this.#quit);
    if (this.#options.connections.asksFirst()) void this.#askFirst();
    else this.#peek(null);
  }

  async #askFirst(): Promise<void> {
    const { connections } = this.#options;
    const dialled = await this.#find();
    const server = typeof dialled === 'string' ? null : await connections.serverAt(dialled);
    if (this.#socket.destroyed) return;
    if (server !== null) this.#settle(connections.admitServer(server), () => this.#socket.destroy());
    else this.#peek(typeof dialled !== 'string' && connections.mayWait(dialled) ? SILENCE_MS : null);
  }

  #find(): Promise<Dialled> {
    this.#dialled ??= this.#options.find(this.#socket);
    return this.#dialled;
  }

  /** Reads until the protocol is known. `silenceMs`: time limit for the first byte; null: that of a request. */
  #peek(silenceMs: number | null): void {
    const socket = this.#socket;
    const { limits } = this.#options;
    const done = (): void => {
      clearTimeout(deadline);
      socket.off('data', onData).off('end', this.#quit);
      socket.pause();
    };
    const late = (): void => {
      if (silenceMs !== null) {
        done();
        this.#opaque(this.#received.length === 0 ? 'silent' : 'not_http');
      } else if (this.#received.length === 0) socket.destroy();
      else {
        done();
        this.#http();
      }
    };
    // An HTTP head is recognised by its first word and passed to the server at once, however slowly the rest arrives.
    const deadline = setTimeout(late, silenceMs ?? limits.headersTimeoutMs);
    socket.once('close', () => clearTimeout(deadline));
    const onData = (chunk: Buffer): void => {
      this.#received = Buffer.concat([this.#received, chunk]);
      const kind = firstBytes(this.#received);
      // The HTTP server waits for a head in pieces, unless it could still be another protocol.
      if (kind === 'more' && this.#received.length < MAX_PEEKED && !isHead(this.#received)) return;
      done();
      if (kind === 'tls') this.#hello();
      else if (kind === 'http' || kind === 'more') this.#http();
      else this.#opaque(kind === 'http2' ? 'http2' : 'not_http');
    };
    socket.on('data', onData).once('end', this.#quit);
    socket.resume();
  }

  #http(): void {
    this.#socket.off('error', this.#quit);
    this.#socket.unshift(this.#received);
    this.#serve();
    this.#socket.resume();
  }

  #hello(): void {
    const socket = this.#socket;
    this.#connection.upgraded = true;
    // One deadline for the whole hello, however slowly it arrives.
    const deadline = setTimeout(() => {
      stop();
      this.#unnamed('timeout');
    }, this.#options.limits.headersTimeoutMs);
    const stop = (): void => {
      clearTimeout(deadline);
      socket.off('data', onData).off('end', this.#quit);
      socket.pause();
    };
    socket.once('close', () => clearTimeout(deadline));
    const look = (): void => {
      const hello = readClientHello(this.#received);
      if (hello.kind === 'incomplete') return;
      stop();
      if (hello.kind === 'refused') {
        this.#unnamed(hello.reason);
        return;
      }
      const host = canonicalHost(hello.name);
      // RFC 6066 §3: literal addresses are not permitted in a server_name.
      if (host === null || host.address) this.#unnamed('host');
      else this.#judge({ protocol: 'tls', name: host.name, fault: null }, ALERTS.accessDenied);
    };
    const onData = (chunk: Buffer): void => {
      this.#received = Buffer.concat([this.#received, chunk]);
      look();
    };
    socket.on('data', onData).once('end', this.#quit);
    socket.resume();
    look();
  }

  #unnamed(fault: Unnamed): void {
    this.#judge({ protocol: 'tls', name: null, fault }, alertFor(fault));
  }

  #opaque(fault: 'not_http' | 'http2' | 'silent'): void {
    const answer = fault === 'http2' ? HTTP2_REQUIRED_HTTP1 : null;
    // Bytes that begin like a word may be a malformed request: the HTTP server's refusal explains more than a closed connection.
    const toServer = fault === 'not_http' && /^[A-Za-z]/.test(this.#received.toString('latin1', 0, 1));
    this.#judge({ protocol: 'tcp', name: null, fault }, answer, toServer);
  }

  #judge(opening: Omit<Opening, 'dialled'>, answer: Buffer | null, toServer = false): void {
    const admission = this.#find().then((dialled) =>
      this.#options.connections.admit({ ...opening, dialled }),
    );
    this.#settle(admission, (received) => {
      if (toServer) {
        this.#received = received;
        this.#http();
      } else if (answer === null) this.#socket.destroy();
      else {
        this.#socket.end(answer);
        this.#socket.destroySoon();
      }
    });
  }

  /** `refuse` is called while the socket is open. */
  #settle(admission: Promise<Admission | null>, refuse: (received: Buffer) => void): void {
    const { tunnel } = this.#options;
    const early = readEarly(this.#socket, this.#received);
    const close = (): void => {
      const received = early();
      if (!this.#socket.destroyed) refuse(received);
    };
    admission.then((admitted) => {
      if (admitted === null) {
        close();
        return;
      }
      this.#connection.upgraded = true;
      const received = early();
      if (this.#socket.destroyed) admitted.ended(NOTHING_SENT);
      else openTunnel(admitted.target, this.#socket, received, tunnel, admitted.ended);
    }, close);
  }
}

/** A method, a space and the beginning of a target. */
function isHead(bytes: Buffer): boolean {
  return /^(?!PRI )[A-Z]+ \S/.test(bytes.toString('latin1', 0, 64));
}

const MAX_PEEKED = 8 * 1024;

function alertFor(fault: Unnamed): Buffer | null {
  switch (fault) {
    case 'malformed':
      return ALERTS.decodeError;
    case 'timeout':
      return null;
    case 'host':
      return ALERTS.accessDenied;
    default:
      return ALERTS.unrecognizedName;
  }
}

/** Limit of early data (RFC 8446 §4.2.10) kept while a tunnel is being judged; above it, reading pauses. */
const MAX_EARLY_BYTES = 64 * 1024;

/** Keeps reading, because only reading detects that the client disconnected. The returned function stops it and returns the data. */
function readEarly(socket: Socket, head: Buffer): () => Buffer {
  const chunks = [head];
  let size = head.length;
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_EARLY_BYTES) socket.pause();
  };
  const onEnd = (): void => {
    socket.destroy();
  };
  socket.on('data', onData).once('end', onEnd);
  socket.resume();
  return () => {
    socket.pause();
    socket.off('data', onData).off('end', onEnd);
    return Buffer.concat(chunks, size);
  };
}
