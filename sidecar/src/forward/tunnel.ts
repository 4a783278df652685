import { connect } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import type { Recorded } from '../audit/record/record.ts';

/** Where the bytes of a TLS connection go that is not inspected. */
export interface TunnelTarget {
  /** Canonical: from the ClientHello, never the address that the client dialled. */
  readonly host: string;
  readonly port: number;
}

export interface TunnelOptions {
  readonly lookup: LookupFunction;
  readonly connectTimeoutMs: number;
  /** Neither side sent anything for this long: both are closed. */
  readonly idleTimeoutMs: number;
}

export interface TunnelEnd {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** False where the upstream was never reached. */
  readonly connected: boolean;
}

/**
 * Joins `client` to the target and calls `ended` once when both sides are closed. `head` is what was read of the client so far.
 * Each side is read only as fast as the other takes it; a half-close is passed on, a reset resets both.
 */
export function openTunnel(
  target: Recorded<TunnelTarget>,
  client: Socket,
  head: Buffer,
  options: TunnelOptions,
  ended: (end: TunnelEnd) => void,
): void {
  const upstream = connect({
    host: target.host,
    port: target.port,
    lookup: options.lookup,
    allowHalfOpen: true,
    noDelay: true,
  });
  let connected = false;
  let open = 2;
  const closed = (): void => {
    open -= 1;
    if (open > 0) return;
    // Counted from the TLS bytes that went out, not from those that were only buffered.
    ended({ bytesSent: upstream.bytesWritten, bytesReceived: upstream.bytesRead, connected });
  };
  upstream.setTimeout(options.connectTimeoutMs, () => upstream.destroy());
  upstream.once('connect', () => {
    connected = true;
    upstream.setTimeout(options.idleTimeoutMs);
    client.setTimeout(0);
    upstream.write(head);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  link(client, upstream, closed);
  link(upstream, client, closed);
}

function link(one: Socket, other: Socket, closed: () => void): void {
  one.on('error', () => other.destroy());
  one.once('close', (failed) => {
    // After a clean end, what was piped may still be on its way to the other side.
    if (failed || !one.readableEnded) other.destroy();
    closed();
  });
}
