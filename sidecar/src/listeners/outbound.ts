import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Recorded } from '../audit/record/record.ts';
import { canonicalHost } from '../forward/host.ts';
import { openTunnel } from '../forward/tunnel.ts';
import type { TunnelEnd, TunnelTarget } from '../forward/tunnel.ts';
import type { Connection } from '../http/drain.ts';
import type { FaultCode } from '../http/fault.ts';
import type { ListenerLimits } from '../http/limits.ts';
import { startServer } from '../http/server.ts';
import type { Listener } from '../http/server.ts';
import { ALERTS, readClientHello } from './sni.ts';
import type { HelloFault } from './sni.ts';
import { targetOf } from './target.ts';
import type { OutboundTarget, TargetFault, TargetRules } from './target.ts';

export interface OutboundHandler {
  request(req: IncomingMessage, res: ServerResponse, target: OutboundTarget): void;
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, target: OutboundTarget): void;
  /** A request with no acceptable target: the handler refuses it (`host_not_allowed`, `endpoint_not_allowed`), on the record. */
  refused(req: IncomingMessage, res: ServerResponse, fault: TargetFault): void;
  /**
   * A TLS connection wants to go to `target`. Null, or a rejection: it is closed with an alert. The proof means that the
   * decision is durable. Only called for canonical names.
   */
  admitTunnel(target: TunnelTarget, clientAddress: string): Promise<Recorded<TunnelTarget> | null>;
  /** A TLS connection whose hello cannot be judged was closed. */
  tunnelRefused(fault: HelloFault | 'host' | 'timeout', clientAddress: string): void;
  tunnelEnded(target: TunnelTarget, end: TunnelEnd): void;
}

export interface OutboundOptions {
  readonly listen: { readonly host: string; readonly port: number };
  readonly limits: ListenerLimits;
  readonly handler: OutboundHandler;
  /** Asked for each request, so that it follows the policy. */
  readonly rules: () => TargetRules;
  readonly tunnel: {
    /** `createResolver`'s: it drops addresses that must not be reached. */
    readonly lookup: LookupFunction;
    readonly connectTimeoutMs: number;
    readonly idleTimeoutMs: number;
    /** Where TLS connections go; 443. */
    readonly port: number;
  };
  readonly onFault?: (code: FaultCode) => void;
}

const TLS_HANDSHAKE = 22;

/**
 * Model container → anything else, on one port: HTTP by provider path or Host, TLS by the name in its hello. The first byte tells
 * them apart: no HTTP method begins with 0x16.
 */
export function startOutbound(options: OutboundOptions): Promise<Listener> {
  const { handler } = options;
  return startServer({
    listen: options.listen,
    limits: options.limits,
    ...(options.onFault === undefined ? {} : { onFault: options.onFault }),
    handler: {
      request(req, res) {
        const target = targetOf(req, options.rules());
        if (typeof target === 'string') handler.refused(req, res, target);
        else handler.request(req, res, target);
      },
      upgrade(req, socket, head) {
        const target = targetOf(req, options.rules());
        if (typeof target === 'string') socket.destroy();
        else handler.upgrade(req, socket, head, target);
      },
    },
    onSocket: (socket, serve, connection) => peek(socket, serve, connection, options),
  });
}

function peek(socket: Socket, serve: () => void, connection: Connection, options: OutboundOptions): void {
  const quit = (): void => {
    socket.destroy();
  };
  socket.on('error', quit);
  socket.once('end', quit);
  socket.setTimeout(options.limits.headersTimeoutMs, quit);
  socket.once('data', (first: Buffer) => {
    socket.pause();
    socket.setTimeout(0);
    socket.off('timeout', quit).off('end', quit);
    if (first[0] === TLS_HANDSHAKE) {
      connection.upgraded = true;
      readHello(socket, first, options);
      return;
    }
    socket.off('error', quit);
    socket.unshift(first);
    serve();
    socket.resume();
  });
}

function readHello(socket: Socket, first: Buffer, options: OutboundOptions): void {
  const client = socket.remoteAddress ?? '';
  let received = first;
  // One deadline for the whole hello, however slowly its bytes drip.
  const deadline = setTimeout(() => {
    options.handler.tunnelRefused('timeout', client);
    socket.destroy();
  }, options.limits.headersTimeoutMs);
  socket.once('close', () => clearTimeout(deadline));
  const onEnd = (): void => {
    socket.destroy();
  };
  const look = (): void => {
    const hello = readClientHello(received);
    if (hello.kind === 'incomplete') return;
    clearTimeout(deadline);
    socket.off('data', onData);
    socket.off('end', onEnd);
    socket.pause();
    if (hello.kind === 'named') {
      route(socket, hello.name, received, options);
      return;
    }
    options.handler.tunnelRefused(hello.reason, client);
    socket.end(hello.reason === 'malformed' ? ALERTS.decodeError : ALERTS.unrecognizedName);
    socket.destroySoon();
  };
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    look();
  };
  socket.on('data', onData);
  socket.once('end', onEnd);
  socket.resume();
  look();
}

function route(socket: Socket, name: string, head: Buffer, options: OutboundOptions): void {
  const client = socket.remoteAddress ?? '';
  const host = canonicalHost(name);
  // RFC 6066 §3: literal addresses are not permitted in a server_name.
  if (host === null || host.address) {
    options.handler.tunnelRefused('host', client);
    deny(socket);
    return;
  }
  const target: TunnelTarget = { host: host.name, port: options.tunnel.port };
  const early = readEarly(socket, head);
  options.handler.admitTunnel(target, client).then(
    (admitted) => {
      const received = early();
      if (admitted === null) deny(socket);
      else if (socket.destroyed) options.handler.tunnelEnded(target, NOTHING);
      else join(socket, admitted, received, options);
    },
    () => deny(socket),
  );
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

const NOTHING: TunnelEnd = { bytesSent: 0, bytesReceived: 0, connected: false };

function join(socket: Socket, target: Recorded<TunnelTarget>, head: Buffer, options: OutboundOptions): void {
  openTunnel(target, socket, head, options.tunnel, (end) => options.handler.tunnelEnded(target, end));
}

function deny(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end(ALERTS.accessDenied);
  socket.destroySoon();
}
