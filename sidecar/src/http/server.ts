import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { BodyBudget } from './body/body-budget.ts';
import { hasBody } from './body/body.ts';
import { Connections, type Connection } from './sockets/drain.ts';
import { awaitsContinue, expectContinue } from './body/expectation.ts';
import { FAULTS, refuse, refuseSocket, type FaultCode } from './head/fault.ts';
import { inspectHead } from './head/guard.ts';
import type { ListenerLimits } from './limits.ts';
import { toOriginForm } from './head/origin-form.ts';
import { withoutUpgrade } from './head/reparse.ts';
import { readSendQueues } from './sockets/send-queue.ts';

/** Receives only unambiguous messages: the head passed `inspectHead`. The body is not read yet. */
export interface HttpHandler {
  request(req: IncomingMessage, res: ServerResponse): void;
  /** A WebSocket handshake (RFC 6455 §4.1) without a body; other upgrades are ignored and arrive as requests. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface Listener {
  readonly address: AddressInfo;
  /** Open connections. */
  readonly connections: number;
  /** Stops accepting, lets exchanges finish, and cuts the rest after `graceMs`. Resolves when the last socket is closed. */
  drain(graceMs: number): Promise<void>;
  /** Cuts all connections now. */
  close(): Promise<void>;
}

export interface ServerOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits: ListenerLimits;
  readonly handler: HttpHandler;
  /** Called for every message that was rejected before the handler. */
  readonly onFault?: (code: FaultCode) => void;
  /** Limits the bodies that `readBody` collects. Default: unlimited. */
  readonly bodies?: BodyBudget;
  /** Gets a new socket first, and calls `serve` to read it as HTTP. Default: always. */
  readonly onSocket?: (socket: Socket, serve: () => void, connection: Connection) => void;
}

/** The HTTP/1.1 server of every listener. Rejects if the address cannot be bound. */
export async function startServer(options: ServerOptions): Promise<Listener> {
  const guarded = new GuardedServer(options);
  await guarded.listen();
  return guarded;
}

/** Time limit for a request's head once the listener drains. */
const UNFINISHED_MS = 3_000;

class GuardedServer implements Listener {
  readonly #options: ServerOptions;
  readonly #server: Server;
  readonly #connections = new Connections();
  readonly #readers: NodeJS.Timeout;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { limits } = options;
    this.#server = createServer({
      noDelay: true,
      keepAlive: true,
      // `inspectHead` requires it, with a reply that explains the error.
      requireHostHeader: false,
      insecureHTTPParser: false,
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
    });
    // 0: headers are never dropped silently; `inspectHead` counts them.
    this.#server.maxHeadersCount = 0;
    this.#server.maxConnections = limits.maxConnections;
    this.#wire();
    this.#readers = setInterval(() => void this.#cutUnread(), limits.checkIntervalMs).unref();
  }

  get address(): AddressInfo {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The listener is closed.');
    return address;
  }

  get connections(): number {
    return this.#connections.size;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.listen, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  async drain(graceMs: number): Promise<void> {
    const closed = this.#closed();
    this.#connections.startDraining();
    this.#server.closeIdleConnections();
    const unfinished = setTimeout(() => this.#connections.cutHeads(), Math.min(graceMs, UNFINISHED_MS));
    const grace = setTimeout(() => this.#connections.cut(), graceMs);
    await closed;
    clearTimeout(unfinished);
    clearTimeout(grace);
  }

  async close(): Promise<void> {
    const closed = this.#closed();
    this.#connections.cut();
    await closed;
  }

  async #cutUnread(): Promise<void> {
    const { maxUnread } = this.#options.limits;
    if (this.#connections.replies <= maxUnread) return;
    this.#connections.cutUnread(performance.now(), maxUnread, await readSendQueues());
  }

  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        clearInterval(this.#readers);
        resolve();
      });
    });
  }

  #wire(): void {
    const server = this.#server;
    // node's own listener, called after ours: a socket is registered and checked before it is parsed.
    const [parse] = server.listeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    const serve = (socket: Socket): void => parse?.call(server, socket);
    server.on('connection', (socket: Socket) => {
      const connection = this.#connections.of(socket);
      if (this.#options.onSocket === undefined) serve(socket);
      else this.#options.onSocket(socket, () => serve(socket), connection);
    });
    server.on('request', (req, res) => this.#request(req, res));
    server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
      expectContinue(req, res);
      this.#request(req, res);
    });
    server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => {
      this.#connections.of(req.socket).refused = true;
      this.#refuse(res, 'expectation');
    });
    server.on('connect', (req: IncomingMessage) => this.#refuseSocket(req.socket, 'target'));
    server.on('upgrade', (req, _socket, head) => this.#upgrade(req, head, serve));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      const connection = this.#connections.find(socket);
      if (connection === null) socket.destroy();
      else this.#clientError(error, connection);
    });
  }

  #request(req: IncomingMessage, res: ServerResponse): void {
    const connection = this.#connections.of(req.socket);
    // Pipelined after a refused message: it may be part of that message.
    if (connection.refused) {
      req.socket.destroy();
      return;
    }
    if (connection.active >= this.#options.limits.maxPipelined) {
      connection.refused = true;
      this.#options.onFault?.('malformed');
      req.socket.destroy();
      return;
    }
    this.#connections.begin(connection, res);
    // A write after the end, or an error reported by a library, ends this exchange only.
    res.on('error', () => res.destroy());
    this.#options.bodies?.watch(req, res);
    const fault = this.#inspect(req);
    if (req.httpVersionMinor === 0) res.shouldKeepAlive = false;
    if (hasBody(req)) this.#watchBody(req, res);
    if (fault !== null) {
      connection.refused = true;
      this.#refuse(res, fault);
    } else this.#options.handler.request(req, res);
  }

  /**
   * A reply sent before the body was read ends the connection: the next bytes cannot be told from a request (RFC 9112 §9.3). The rest of
   * the body is still read for a moment, else the client would get a reset instead of the reply.
   */
  #watchBody(req: IncomingMessage, res: ServerResponse): void {
    const keepAlive = res.shouldKeepAlive;
    res.shouldKeepAlive = false;
    req.once('end', () => (res.shouldKeepAlive = keepAlive && !this.#connections.draining));
    res.prependOnceListener('finish', () => {
      if (req.complete || awaitsContinue(req)) return;
      const { socket } = req;
      this.#connections.of(socket).cutShort = true;
      socket.destroySoon = () => linger(socket, this.#options.limits.lingerMs);
    });
  }

  #inspect(req: IncomingMessage): FaultCode | null {
    toOriginForm(req);
    return inspectHead(req, this.#options.limits.maxHeaders);
  }

  #upgrade(req: IncomingMessage, head: Buffer, serve: (socket: Socket) => void): void {
    const { socket } = req;
    // node has removed its own error listener: without one, a reset would end the process.
    socket.on('error', () => socket.destroy());
    const connection = this.#connections.of(socket);
    const fault = connection.active > 0 ? 'upgrade' : this.#inspect(req);
    if (fault !== null) {
      this.#refuseSocket(socket, fault);
    } else if (req.headers.upgrade?.toLowerCase() !== 'websocket') {
      // RFC 9110 §7.8: a server may ignore Upgrade. Java's client offers h2c on every plain request.
      socket.unshift(Buffer.concat([withoutUpgrade(req), head]));
      serve(socket);
    } else if (req.method !== 'GET' || req.httpVersionMinor !== 1 || hasBody(req)) {
      this.#refuseSocket(socket, 'upgrade');
    } else {
      connection.upgraded = true;
      this.#options.handler.upgrade(req, socket, head);
    }
  }

  #clientError(error: NodeJS.ErrnoException, connection: Connection): void {
    const { socket } = connection;
    if (connection.refused) return;
    if (connection.cutShort && error.code === 'HPE_INVALID_EOF_STATE') {
      // The rest of an answered request will not arrive; it is not refused again.
      socket.destroy();
      return;
    }
    const code = faultOf(error.code);
    // A refusal in the middle of a reply would become part of it.
    const busy = connection.active > 1 || (connection.res?.headersSent ?? false);
    if (code === null || busy) {
      socket.destroy();
      if (code !== null) this.#options.onFault?.(code);
      return;
    }
    this.#refuseSocket(socket, code);
  }

  #refuse(res: ServerResponse, code: FaultCode): void {
    this.#options.onFault?.(code);
    refuse(res, FAULTS[code]);
  }

  #refuseSocket(socket: Socket, code: FaultCode): void {
    this.#connections.of(socket).refused = true;
    this.#options.onFault?.(code);
    refuseSocket(socket, FAULTS[code]);
    linger(socket, this.#options.limits.lingerMs);
  }
}

/** RFC 9112 §9.6: closes our half, reads and discards for a while, then closes the rest. */
function linger(socket: Socket, ms: number): void {
  if (socket.destroyed) return;
  if (!socket.writableEnded) socket.end();
  const timer = setTimeout(() => socket.destroy(), ms);
  timer.unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
}

/** Null: the connection broke, so that no client can be answered. */
function faultOf(code: string | undefined): FaultCode | null {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'headers_too_large';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'body_too_large';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'timeout';
    case 'HPE_PAUSED_H2_UPGRADE':
      return 'version';
    case 'HPE_INVALID_TRANSFER_ENCODING':
      return 'transfer_encoding';
    case 'HPE_INVALID_CONTENT_LENGTH':
    case 'HPE_UNEXPECTED_CONTENT_LENGTH':
      return 'length_ambiguous';
    default:
      return code?.startsWith('HPE_') === true ? 'malformed' : null;
  }
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export function addressOf({ address }: Listener): string {
  return address.family === 'IPv6'
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}
