import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Roster } from '../../roster/index.ts';
import type { SendQueue } from './send-queue.ts';
import { cutUnread } from './unread.ts';

/** State of one client connection. Owned by `Connections`. */
export interface Connection {
  readonly socket: Socket;
  /** Requests passed to the handler whose reply is not finished. */
  active: number;
  /** The response to the newest of them; null if there is none. */
  res: ServerResponse | null;
  /** Carries a WebSocket or a tunnel: it never becomes idle. */
  upgraded: boolean;
  /** Answered by the listener itself, and about to close. */
  refused: boolean;
  /** The last request was answered before its body was complete; the connection is about to close. */
  cutShort: boolean;
  /** Since when unsent data exceeds that of an active reader; null if the client reads. */
  unreadSinceMs: number | null;
}

/** A reader that is behind for this long is slow. */
const SLOW_MS = 2_000;
/** Unacknowledged bytes that an active reader may leave in the system's buffers. */
const QUEUED_BYTES = 64 * 1024;

const OWN = Symbol('state of the connection');

/** On the socket itself: see `Roster`. */
type Kept = Duplex & { [OWN]?: Connection | undefined };

/** The open connections of one listener, to drain them. */
export class Connections {
  readonly #open = new Roster<Connection>();
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  get size(): number {
    return this.#open.size;
  }

  /** The socket's entry, created and removed with it. */
  of(socket: Socket): Connection {
    const known = this.find(socket);
    if (known !== null) return known;
    const connection: Connection = {
      socket,
      active: 0,
      res: null,
      upgraded: false,
      refused: false,
      cutShort: false,
      unreadSinceMs: null,
    };
    const kept: Kept = socket;
    kept[OWN] = connection;
    const entry = this.#open.add(connection);
    socket.once('close', () => {
      this.#open.remove(entry);
      kept[OWN] = undefined;
    });
    return connection;
  }

  /** Null for an unknown or closed socket. */
  find(socket: Kept): Connection | null {
    return socket[OWN] ?? null;
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
   * Closes idle connections and lets the rest finish: replies whose head is unsent get `Connection: close` (RFC 9112 §9.6). Connections
   * within a request's head are closed later (`cutHeads`).
   */
  startDraining(): void {
    this.#draining = true;
    for (const { socket, res, active, upgraded } of this.#open) {
      if (res !== null && !res.headersSent) res.shouldKeepAlive = false;
      if (active === 0 && !upgraded && socket.bytesRead === 0) socket.destroy();
    }
  }

  /** Replies in progress. */
  get replies(): number {
    let found = 0;
    for (const { res } of this.#open) if (res !== null && !res.writableEnded) found += 1;
    return found;
  }

  /** Limits concurrent replies with slow readers to `most`: the slowest are cut off. */
  cutUnread(nowMs: number, most: number, queued: SendQueue): void {
    const unread: { readonly res: ServerResponse; readonly sinceMs: number }[] = [];
    for (const connection of this.#open) {
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

  /** Closes connections within a request's head: its processing has not started. */
  cutHeads(): void {
    for (const { socket, active, upgraded } of this.#open) if (active === 0 && !upgraded) socket.destroy();
  }

  /** Cuts the remaining connections, even within a reply. */
  cut(): void {
    for (const { socket } of this.#open) socket.destroy();
  }
}
