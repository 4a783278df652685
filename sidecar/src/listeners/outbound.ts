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
import type { Admission, Opening, Unnamed } from '../pipeline/connections/outbound-connections.ts';
import { HTTP2_REQUIRED_HTTP1 } from './http2-refusal.ts';
import { ALERTS, readClientHello } from './sni.ts';
import { Placement } from './placement.ts';
import type { OutboundTarget, TargetFault, TargetRules } from './target.ts';

/** What becomes of connections that are not HTTP: `OutboundConnections`. */
export interface ConnectionJudge {
  asksFirst(): boolean;
  /** True: it may be that the server speaks first, so that a silent client is no slow one. */
  mayWait(dialled: Destination): boolean;
  serverAt(dialled: Destination): Promise<TunnelTarget | null>;
  admit(opening: Opening): Promise<Admission | null>;
  admitServer(target: TunnelTarget): Promise<Admission | null>;
}

export interface OutboundHandler {
  request(req: IncomingMessage, res: ServerResponse, target: OutboundTarget): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, target: OutboundTarget): void;
  /** A request with no acceptable target: the handler refuses it (`host_not_allowed`, `endpoint_not_allowed`), on the record. */
  refused(req: IncomingMessage, res: ServerResponse, fault: TargetFault): void;
}

export interface OutboundOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits: ListenerLimits;
  readonly handler: OutboundHandler;
  readonly connections: ConnectionJudge;
  readonly find: FindDestination;
  /** Asked for each request, so that it follows the policy. */
  readonly rules: () => TargetRules;
  readonly tunnel: {
    /** `createResolver`'s: it drops addresses that must not be reached. */
    readonly lookup: LookupFunction;
    readonly connectTimeoutMs: number;
    readonly idleTimeoutMs: number;
  };
  readonly onFault?: (code: FaultCode) => void;
  readonly bodies?: BodyBudget;
}

/** How long a client whose destination is known may say nothing before its server is let speak. */
const SILENCE_MS = 300;

/**
 * Model container → anything else, on one port: HTTP by provider path or Host, TLS by the name in its hello, and everything else by whom
 * the client dialled. The first bytes tell them apart, but for servers of `action.tcp`, of which some speak first.
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

/** One socket from its arrival until it is known what it is. */
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

  /** Reads until the bytes say what they are. `silenceMs`: how long to wait for the first of them; null: as long as for a request. */
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
    // A head of HTTP is known as one by its first word and goes to the server at once, however slowly the rest of it comes.
    const deadline = setTimeout(late, silenceMs ?? limits.headersTimeoutMs);
    socket.once('close', () => clearTimeout(deadline));
    const onData = (chunk: Buffer): void => {
      this.#received = Buffer.concat([this.#received, chunk]);
      const kind = firstBytes(this.#received);
      // A head that comes in pieces is the HTTP server's to wait for, unless it could still be something else.
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
    // One deadline for the whole hello, however slowly its bytes drip.
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
    // What begins like a word may be a broken request: the HTTP server says so better than a closed connection.
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

/** A method, a space and something of a target. */
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

/** Early data (RFC 8446 §4.2.10) kept while a tunnel is being judged; beyond it the client waits. */
const MAX_EARLY_BYTES = 64 * 1024;

/** Reads on, because only a socket that is read tells that its client has left. The result stops it and gives what came. */
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
