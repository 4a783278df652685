import { Agent as HttpAgent, ServerResponse, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import httpProxy from 'http-proxy';
import type { Recorded } from '../audit/record/record.ts';
import type { Peer } from '../exchange/index.ts';
import { hasBody } from '../http/body/body.ts';
import { redirectOf } from '../http/head/redirect.ts';
import { replyHeaders, requestHeaders } from '../http/head/hop-by-hop.ts';
import { Shares } from './sharing/shares.ts';
import { traced, type Trace } from './traced.ts';
import { toUpstreamError, UpstreamError } from './upstream-error.ts';

/** A route that policy allows without inspection. */
export interface OpaqueRoute {
  /** `http(s)://host[:port]`, without a path. */
  readonly origin: string;
  /** Path and query as sent. */
  readonly path: string;
  /** Whether clients may be redirected to this `host[:port]` of another server. */
  readonly redirects: (host: string) => boolean;
  /** The caller's address, for its share of the connections. */
  readonly caller: string;
  /** Called with the server's address when its reply begins. */
  readonly connected: (peer: Peer) => void;
  /** Called with the media type of the reply when it begins. */
  readonly began: (type: string | undefined) => void;
  /** The head of a handshake is forwarded as the client wrote it. Default: filtered by `requestHeaders`. */
  readonly isCarried?: boolean;
  /** Default: the caller's headers stay. */
  readonly trace?: Trace;
}

export interface OpaqueOptions {
  /** Sockets per origin. */
  readonly maxConnections: number;
  /** Sockets per caller. Default: no limit of its own. */
  readonly maxOfCaller?: number;
  /** Limit of the upstream's silence, before or within a reply. 0: no limit. */
  readonly idleTimeoutMs: number;
  readonly trust: SecureContext | null;
  readonly lookup: LookupFunction | null;
  /** No reply began: write a refusal. Never called after the head was sent; the connection is cut then. */
  readonly onError: (error: UpstreamError, req: IncomingMessage, res: ServerResponse) => void;
  /** The server aborted its reply, which is cut next. */
  readonly onBroken?: (res: ServerResponse) => void;
  /** The same before a successful upgrade; the socket must be ended. */
  readonly onUpgradeError: (error: UpstreamError, req: IncomingMessage, socket: Duplex) => void;
}

export interface Opaque {
  /**
   * Streams both ways. If the client disconnects, the upstream is cut; if the upstream aborts, the client is cut, so that a partial reply
   * is never taken for a complete one.
   */
  web(req: IncomingMessage, res: ServerResponse, route: Recorded<OpaqueRoute>): void;
  /** Joins the sockets on a 101; any other reply is forwarded and ends the connection. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer, route: Recorded<OpaqueRoute>): void;
  /** Closes idle connections to upstreams and cuts tunnels. */
  close(): void;
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** http-proxy normalises paths and would change these: the forwarded path must be the recorded one. */
const REWRITTEN = /^[^?]*(?:\/\/|https?:\/)/;

export function createOpaque(options: OpaqueOptions): Opaque {
  const agentOptions = {
    keepAlive: true,
    maxSockets: options.maxConnections,
    // Below the 5 s of uvicorn, as for inspected exchanges.
    timeout: 4_000,
    ...(options.lookup === null ? {} : { lookup: options.lookup }),
  };
  const secureOptions = {
    ...agentOptions,
    ...(options.trust === null ? {} : { secureContext: options.trust }),
  };
  const kept: Agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(secureOptions) };
  // Requests with a body use separate connections: slow senders cannot block a health check.
  const single: Agents = {
    http: new HttpAgent({ ...agentOptions, keepAlive: false }),
    https: new HttpsAgent({ ...secureOptions, keepAlive: false }),
  };
  const proxy = httpProxy.createProxyServer({
    // The raw path, not a reassembled one.
    toProxy: true,
    proxyTimeout: options.idleTimeoutMs,
  });
  const tunnels = new Set<Duplex>();
  const shares = new Shares(options);
  const target = (route: OpaqueRoute, agents: Agents): httpProxy.ServerOptions => ({
    target: route.origin,
    agent: route.origin.startsWith('https:') ? agents.https : agents.http,
  });
  wire(proxy, options, tunnels);

  return {
    web(req, res, route) {
      const fault = prepare(req, route);
      if (fault !== null) {
        options.onError(fault, req, res);
        return;
      }
      routes.set(req, route);
      const body = hasBody(req);
      // A server that leaves a body unread would parse it as the next request of the connection, so there is none (RFC 9112 §9.6).
      if (body) req.headers = { ...req.headers, connection: 'close' };
      const isPlaced = shares.enter(route, res, () =>
        proxy.web(req, res, target(route, body ? single : kept)),
      );
      if (!isPlaced) options.onError(new UpstreamError('overloaded'), req, res);
    },
    upgrade(req, socket, head, route) {
      const offered = req.headers.upgrade;
      const fault = prepare(req, route);
      if (fault !== null || offered === undefined) {
        options.onUpgradeError(fault ?? new UpstreamError('request_invalid'), req, socket);
        return;
      }
      routes.set(req, route);
      req.headers = { ...req.headers, connection: 'Upgrade', upgrade: offered };
      proxy.ws(req, socket, head, target(route, kept));
    },
    close() {
      for (const agents of [kept, single]) {
        agents.http.destroy();
        agents.https.destroy();
      }
      for (const socket of tunnels) socket.destroy();
    },
  };
}

/**
 * Prepares the request for http-proxy, which sets `Content-Length: 0` on DELETE and OPTIONS without a length but still sends their body, so
 * that the upstream would read it as a second, uninspected request: a chunked body on these two is refused.
 */
function prepare(req: IncomingMessage, route: OpaqueRoute): UpstreamError | null {
  const chunked = req.headers['transfer-encoding'] !== undefined;
  const length = req.headers['content-length'];
  if (chunked && (req.method === 'DELETE' || req.method === 'OPTIONS')) {
    return new UpstreamError('request_invalid');
  }
  if (REWRITTEN.test(route.path)) return new UpstreamError('request_invalid');
  req.url = route.path;
  const secure = route.origin.startsWith('https:');
  const headers: NodeJS.Dict<string> = {};
  const host = secure ? new URL(route.origin).host : null;
  const kept = requestHeaders(req.rawHeaders, { host, acceptEncoding: 'keep' });
  for (const [name, value] of traced(kept, route.trace)) {
    headers[name] =
      headers[name] === undefined ? value : `${headers[name]}${name === 'cookie' ? ';' : ','} ${value}`;
  }
  if (chunked) headers['transfer-encoding'] = 'chunked';
  else if (length !== undefined) headers['content-length'] = length;
  req.headers = headers;
  return null;
}

type Proxy = httpProxy;

/** Routes of the requests in progress, for their replies. */
const routes = new WeakMap<IncomingMessage, OpaqueRoute>();

function wire(proxy: Proxy, options: OpaqueOptions, tunnels: Set<Duplex>): void {
  /** Started replies: http-proxy pipes them, and continues even if their connection is broken. */
  const replies = new WeakMap<ServerResponse, IncomingMessage>();
  function breakOff(res: ServerResponse): void {
    options.onBroken?.(res);
    res.destroy();
  }
  proxy.on('error', (error, req, channel) => {
    const failure = toUpstreamError(error);
    if (!(channel instanceof ServerResponse)) {
      if (!tunnels.has(channel)) options.onUpgradeError(failure, req, channel);
    } else if (channel.destroyed) {
      // The client disconnected and cannot be told.
    } else {
      const reply = replies.get(channel);
      replies.delete(channel);
      reply?.unpipe(channel);
      reply?.destroy();
      if (channel.headersSent) breakOff(channel);
      else options.onError(failure, req, channel);
    }
  });
  // The client disconnected: http-proxy has aborted the upstream.
  proxy.on('econnreset', (_error, _req, channel) => {
    if (channel instanceof ServerResponse) channel.destroy();
  });
  proxy.on('proxyReq', (outgoing, _req, res) => {
    // http-proxy waits for `aborted`, which node does not emit once the request was read completely.
    const leave = (): void => {
      if (!res.writableFinished) outgoing.destroy();
    };
    if (res.destroyed) leave();
    else res.once('close', leave);
  });
  proxy.on('proxyRes', (reply, req, res) => {
    replies.set(res, reply);
    const { remoteAddress: address, remotePort: port } = reply.socket;
    if (address !== undefined && port !== undefined) routes.get(req)?.connected({ address, port });
    routes.get(req)?.began(reply.headers['content-type']);
    stripReply(reply);
    if (!settleRedirect(reply, req)) {
      replies.delete(res);
      reply.destroy();
      options.onError(new UpstreamError('redirected'), req, res);
      return;
    }
    // Set here: http-proxy would repeat the value of another connection.
    reply.headers.connection = res.shouldKeepAlive ? 'keep-alive' : 'close';
    reply.once('close', () => {
      if (reply.complete || res.destroyed || replies.get(res) !== reply) return;
      breakOff(res);
    });
  });
  proxy.on('proxyReqWs', (outgoing: ClientRequest, req, client: Socket) => {
    if (routes.get(req)?.isCarried === true) sendAsWritten(outgoing, req);
    outgoing.once('response', (reply: IncomingMessage) => {
      stripReply(reply);
      reply.headers.connection = 'close';
      reply.headers = asWritten(reply, reply.headers);
    });
    outgoing.once('upgrade', (reply: IncomingMessage, upstream: Socket) => {
      reply.headers = asWritten(reply, reply.headersDistinct);
      tunnels.add(client);
      client.once('close', () => {
        tunnels.delete(client);
        upstream.destroy();
      });
      upstream.once('close', () => client.destroy());
    });
    client.once('close', () => outgoing.destroy());
  });
}

/** In the client's order and case. Before TLS, the server has its own name. */
function sendAsWritten(outgoing: ClientRequest, { rawHeaders }: IncomingMessage): void {
  const host = outgoing.protocol === 'https:' ? outgoing.getHeader('host') : undefined;
  for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = rawHeaders.slice(i, i + 2);
    if (name.toLowerCase() === 'host') outgoing.setHeader(name, host ?? value);
    else outgoing.appendHeader(name, value);
  }
}

/** Names as the server wrote them: http-proxy copies them. */
function asWritten(
  { rawHeaders }: IncomingMessage,
  headers: NodeJS.Dict<string | string[]>,
): NodeJS.Dict<string | string[]> {
  const names = new Map<string, string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  }
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [names.get(name) ?? name, value] as const),
  );
}

/** A redirect to the server itself becomes a path. False: it bypasses the boundary. */
function settleRedirect(reply: IncomingMessage, req: IncomingMessage): boolean {
  const { location } = reply.headers;
  const route = routes.get(req);
  if (location === undefined || route === undefined) return true;
  const own = [req.headers.host ?? '', new URL(route.origin).host];
  const redirect = redirectOf(reply.statusCode ?? 0, [location].flat(), own);
  if (redirect.kind === 'own') reply.headers.location = redirect.location;
  return redirect.kind !== 'elsewhere' || route.redirects(redirect.host ?? '');
}

/** http-proxy copies `headers`, so they are replaced in place; repeated `Set-Cookie` headers stay separate. */
function stripReply(reply: IncomingMessage): void {
  const length = reply.headers['content-length'];
  const headers: NodeJS.Dict<string | string[]> = {};
  const received: [string, string][] = [];
  for (let i = 0; i + 1 < reply.rawHeaders.length; i += 2) {
    received.push([reply.rawHeaders[i] ?? '', reply.rawHeaders[i + 1] ?? '']);
  }
  for (const [name, value] of replyHeaders(received, { decoded: false })) {
    const before = headers[name];
    if (before === undefined) headers[name] = value;
    else headers[name] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  if (length !== undefined) headers['content-length'] = length;
  reply.headers = headers;
}
