import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What is known about one client connection. Owned by `Connections`. */
export interface Connection {
  readonly socket: Socket;
  /** Requests handed to the handler whose reply is not finished. */
  active: number;
  /** The newest of them; null when there is none. */
  res: ServerResponse | null;
  /** Carries a WebSocket or a tunnel: no request will ever be idle on it. */
  upgraded: boolean;
  /** Was answered by the listener itself and is about to close. */
  refused: boolean;
  /** The reply's reader takes nothing: since when, and what had been written by then. */
  stalled: { readonly sinceMs: number; readonly written: number } | null;
}

/** A reader that took nothing for so long stands still. */
const STALLED_MS = 2_000;

/** The open connections of one listener, so that it can be drained. */
export class Connections {
  readonly #open = new Map<Duplex, Connection>();
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The socket's entry, made and removed with it. */
  of(socket: Socket): Connection {
    const known = this.#open.get(socket);
    if (known !== undefined) return known;
    const connection: Connection = {
      socket,
      active: 0,
      res: null,
      upgraded: false,
      refused: false,
      stalled: null,
    };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#open.delete(socket));
    return connection;
  }

  /** Null for a socket that was never seen, or is closed. */
  find(socket: Duplex): Connection | null {
    return this.#open.get(socket) ?? null;
  }

  begin(connection: Connection, res: ServerResponse): void {
    connection.active += 1;
    connection.res = res;
    if (this.#draining) res.shouldKeepAlive = false;
    res.once('close', () => {
      connection.active -= 1;
      if (connection.res === res) connection.res = null;
      if (this.#draining && connection.active === 0) connection.socket.destroySoon();
    });
  }

  /**
   * Closes what is idle now and lets the rest finish: replies whose head is not out yet say `Connection: close` (RFC 9112
   * §9.6). Connections in the middle of a request's head are left to the grace period.
   */
  startDraining(): void {
    this.#draining = true;
    for (const { socket, res, active, upgraded } of this.#open.values()) {
      if (res !== null && !res.headersSent) res.shouldKeepAlive = false;
      if (active === 0 && !upgraded && socket.bytesRead === 0) socket.destroy();
    }
  }

  /** Of the replies that go on and are not read, lets at most `most` be: those that stand for longest are cut. */
  cutStalled(nowMs: number, most: number): void {
    const stalled: { readonly socket: Socket; readonly sinceMs: number }[] = [];
    for (const connection of this.#open.values()) {
      const { socket, res } = connection;
      const written = socket.bytesWritten;
      if (res === null || res.writableEnded || !res.writableNeedDrain) connection.stalled = null;
      else if (connection.stalled?.written !== written) connection.stalled = { sinceMs: nowMs, written };
      else if (nowMs - connection.stalled.sinceMs >= STALLED_MS)
        stalled.push({ socket, sinceMs: connection.stalled.sinceMs });
    }
    if (stalled.length <= most) return;
    stalled.sort((a, b) => a.sinceMs - b.sinceMs);
    for (const { socket } of stalled.slice(0, stalled.length - most)) socket.destroy();
  }

  /** Cuts whatever is left, in mid-stream if need be. */
  cut(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }
}
