import { connect, type LookupFunction, type Socket } from 'node:net';
import type { Recorded } from '../audit/record/record.ts';
import { firstBytes } from './destination/first-bytes.ts';

/** Destination of an uninspected connection. */
export interface TunnelTarget {
  /** Canonical: the policy's, or the name in the ClientHello; never just the dialled address. */
  readonly host: string;
  readonly port: number;
  /** The address to dial, already judged. Null: resolve `host`. */
  readonly address: string | null;
  /** False if the policy lists the server as one that does not speak HTTP: a client that sends HTTP is cut off. */
  readonly admitsHttp: boolean;
}

export interface TunnelOptions {
  readonly lookup: LookupFunction;
  readonly connectTimeoutMs: number;
  /** Time without data from either side after which both are closed. */
  readonly idleTimeoutMs: number;
}

export interface TunnelEnd {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** False if the upstream was never reached. */
  readonly connected: boolean;
  /** The connected address; null if none. */
  readonly address: string | null;
  /** The client sent HTTP although the target does not admit it. */
  readonly spokeHttp: boolean;
}

export const NOTHING_SENT: TunnelEnd = {
  bytesSent: 0,
  bytesReceived: 0,
  connected: false,
  address: null,
  spokeHttp: false,
};

/**
 * Joins `client` to the target and calls `ended` once when both sides are closed. `head`: bytes already read from the client. Backpressure
 * applies both ways; a half-close is forwarded, a reset resets both.
 */
export function openTunnel(
  target: Recorded<TunnelTarget>,
  client: Socket,
  head: Buffer,
  options: TunnelOptions,
  ended: (end: TunnelEnd) => void,
): void {
  const upstream = connect({
    host: target.address ?? target.host,
    port: target.port,
    lookup: options.lookup,
    allowHalfOpen: true,
    noDelay: true,
  });
  let address: string | null = null;
  let connected = false;
  let spokeHttp = false;
  let open = 2;
  const closed = (): void => {
    open -= 1;
    if (open > 0) return;
    // Counts sent bytes, not buffered ones.
    ended({
      bytesSent: upstream.bytesWritten,
      bytesReceived: upstream.bytesRead,
      connected,
      address,
      spokeHttp,
    });
  };
  upstream.setTimeout(options.connectTimeoutMs, () => upstream.destroy());
  upstream.once('connect', () => {
    connected = true;
    address = upstream.remoteAddress ?? null;
    upstream.setTimeout(options.idleTimeoutMs);
    client.setTimeout(0);
    upstream.pipe(client);
    if (target.admitsHttp) begin(client, upstream, head);
    else
      beginUnlessHttp(client, upstream, head, () => {
        spokeHttp = true;
        client.destroy();
        upstream.destroy();
      });
  });
  link(client, upstream, closed);
  link(upstream, client, closed);
}

function begin(client: Socket, upstream: Socket, head: Buffer): void {
  if (head.length > 0) upstream.write(head);
  client.pipe(upstream);
}

/** How long first bytes that could still become HTTP are held. */
const HOLD_MS = 300;

/**
 * Briefly holds the client's first bytes while they could be an HTTP/1 request: a client may wait for an answer to a short message. A
 * complete request line is never forwarded. Bytes of the server are not held.
 */
function beginUnlessHttp(client: Socket, upstream: Socket, head: Buffer, refuse: () => void): void {
  let received = head;
  let sent = 0;
  let held = true;
  const send = (): void => {
    if (received.length > sent) upstream.write(received.subarray(sent));
    sent = received.length;
  };
  const timer = setTimeout(() => {
    held = false;
    send();
  }, HOLD_MS);
  const stop = (): void => {
    clearTimeout(timer);
    client.off('data', onData).off('end', onEnd);
  };
  const decide = (): boolean => {
    const kind = firstBytes(received);
    if (kind === 'more') {
      if (!held) send();
      return false;
    }
    stop();
    client.pause();
    if (kind === 'http') refuse();
    else {
      send();
      client.pipe(upstream);
    }
    return true;
  };
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    decide();
  };
  const onEnd = (): void => {
    stop();
    send();
    upstream.end();
  };
  client.once('close', stop);
  client.on('data', onData).once('end', onEnd);
  if (!decide()) client.resume();
}

function link(one: Socket, other: Socket, closed: () => void): void {
  one.on('error', () => other.destroy());
  one.once('close', (failed) => {
    // After a clean end, piped bytes may still be in transit to the other side.
    if (failed || !one.readableEnded) other.destroy();
    closed();
  });
}
