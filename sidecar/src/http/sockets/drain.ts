import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SendQueue } from './send-queue.ts';
import { cutUnread } from './unread.ts';

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
  /** The last request was answered before its body came whole, and the connection is about to close. */
  cutShort: boolean;
  /** Since when more of the reply waits for its reader than one that reads leaves; null where it reads. */
  unreadSinceMs: number | null;
}

/** A reader that is behind for so long, whenever one looks, is slow. */
const SLOW_MS = 2_000;
/** What a reader that keeps up leaves in the buffers of the system. */
const QUEUED_BYTES = 64 * 1024;

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
      cutShort: false,
      unreadSinceMs: null,
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
   * §9.6). Connections in the middle of a request's head are left for a while (`cutHeads`).
   */
  startDraining(): void {
    this.#draining = true;
    for (const { socket, res, active, upgraded } of this.#open.values()) {
      if (res !== null && !res.headersSent) res.shouldKeepAlive = false;
      if (active === 0 && !upgraded && socket.bytesRead === 0) socket.destroy();
    }
  }

  /** Replies under way. */
  get replies(): number {
    let found = 0;
    for (const { res } of this.#open.values()) if (res !== null && !res.writableEnded) found += 1;
    return found;
  }

  /** Of the replies that go on and whose readers are behind, lets at most `most` be: those that are so for longest are cut. */
  cutUnread(nowMs: number, most: number, queued: SendQueue): void {
    const unread: { readonly res: ServerResponse; readonly sinceMs: number }[] = [];
    for (const connection of this.#open.values()) {
      const { socket, res } = connection;
      const behind =
        res !== null && !res.writableEnded && (res.writableNeedDrain || queued(socket) >= QUEUED_BYTES);
      if (!behind) {
        connection.unreadSinceMs = null;
        continue;
      }
      connection.unreadSinceMs ??= nowMs;
      if (nowMs - connection.unreadSinceMs >= SLOW_MS)
        unread.push({ res, sinceMs: connection.unreadSinceMs });
    }
    if (unread.length <= most) return;
    unread.sort((a, b) => a.sinceMs - b.sinceMs);
    for (const { res } of unread.slice(0, unread.length - most)) cutUnread(res);
  }

  /** Closes connections that are in the middle of a request's head: nothing of it was begun. */
  cutHeads(): void {
    for (const { socket, active, upgraded } of this.#open.values())
      if (active === 0 && !upgraded) socket.destroy();
  }

  /** Cuts whatever is left, in mid-stream if need be. */
  cut(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }
}
