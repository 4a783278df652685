import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { canonicalHost } from './host.ts';

/** Where a client of the outbound listener connected to, before the rules of redirect led it here. */
export interface Destination {
  /** Canonical: IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** `direct`: the client dialled the listener itself. `unknown`: it cannot be told. */
export type Dialled = Destination | 'direct' | 'unknown';

/** The two ends of an accepted connection. */
export type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>;

export type FindDestination = (socket: Ends) => Promise<Dialled>;

/** One socket of this network namespace. */
interface Entry {
  readonly local: Destination;
  readonly remote: Destination;
  readonly uid: number;
}

/** States without a peer that matters (include/net/tcp_states.h): TIME_WAIT, CLOSE, LISTEN. */
const GONE: ReadonlySet<string> = new Set(['06', '07', '0A']);
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

/**
 * Finds destinations in the kernel's table of sockets. nft changes packets below the socket layer, so the client's own socket, which
 * is in the same network namespace, still shows whom it dialled (docs/adr/0015-opaque-tcp.md).
 *
 * `ownUid`: sockets of this user are the sidecar's own, which redirect leaves alone; they answer for nobody else. Null: the user is not
 * the sidecar's alone.
 */
export class SocketTable {
  readonly #ownUid: number | null;
  readonly #read: (path: string) => Promise<string>;
  #running: Promise<readonly Entry[]> | null = null;
  #next: Promise<readonly Entry[]> | null = null;

  constructor(ownUid: number | null, read = (path: string): Promise<string> => readFile(path, 'latin1')) {
    this.#ownUid = ownUid;
    this.#read = read;
  }

  /** Never rejects. */
  readonly find: FindDestination = async (socket) => {
    const client = endpoint(socket.remoteAddress, socket.remotePort);
    const listener = endpoint(socket.localAddress, socket.localPort);
    if (client === null || listener === null) return 'unknown';
    const entries = await this.#entries();
    const own = entries.filter(({ local }) => same(local, client));
    if (own.some(({ remote }) => same(remote, listener))) return 'direct';
    const others = own.filter(({ uid }) => uid !== this.#ownUid);
    const [first, ...more] = others;
    // A port may be shared by sockets with different peers; which of them this is cannot be told.
    if (first === undefined || more.some(({ remote }) => !same(remote, first.remote))) return 'unknown';
    return first.remote;
  };

  /** A reading that began before a client arrived says nothing about it: those who come during one share the next. */
  #entries(): Promise<readonly Entry[]> {
    if (this.#running === null) {
      this.#running = this.#readAll().finally(() => {
        this.#running = this.#next;
        this.#next = null;
      });
      return this.#running;
    }
    this.#next ??= this.#running.then(() =>
      this.#readAll().finally(() => {
        this.#running = this.#next;
        this.#next = null;
      }),
    );
    return this.#next;
  }

  async #readAll(): Promise<readonly Entry[]> {
    const texts = await Promise.all(TABLES.map((path) => this.#read(path).catch(() => '')));
    return texts.flatMap(parseTable);
  }
}

function same(one: Destination, other: Destination): boolean {
  return one.port === other.port && one.address === other.address;
}

function endpoint(address: string | undefined, port: number | undefined): Destination | null {
  const host = address === undefined ? null : canonicalHost(address);
  return host === null || port === undefined ? null : { address: host.name, port };
}

/** The kernel's format: Documentation/networking/proc_net_tcp.rst. Lines that do not have it are left out. */
export function parseTable(text: string): readonly Entry[] {
  return text.split('\n').flatMap((line): Entry[] => {
    const [, local = '', remote = '', state = '', , , , uid = ''] = line.trim().split(/\s+/);
    if (GONE.has(state) || !/^\d+$/.test(uid)) return [];
    const from = parseEndpoint(local);
    const to = parseEndpoint(remote);
    return from === null || to === null ? [] : [{ local: from, remote: to, uid: Number(uid) }];
  });
}

/** `0100007F:1538`: the words of the address in the byte order of the machine, the port as a number. */
function parseEndpoint(text: string): Destination | null {
  const [, words, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? [];
  if (words === undefined || port === undefined) return null;
  const bytes = Buffer.from(words, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  const host = canonicalHost(bytes.length === 4 ? [...bytes].join('.') : ipv6Text(bytes));
  return host === null ? null : { address: host.name, port: Number.parseInt(port, 16) };
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return groups.join(':');
}
