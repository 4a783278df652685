import {
  endpoint,
  readKernelSockets,
  readTableFile,
  type Endpoint,
  type Ends,
  type KernelSocket,
  type ReadTable,
} from '../../http/sockets/kernel-sockets.ts';

/** The original destination of a client of the outbound listener, before redirect. */
export type Destination = Endpoint;

/** `direct`: the client dialled the listener itself. `unknown`: it cannot be determined. */
export type Dialled = Destination | 'direct' | 'unknown';

export type FindDestination = (socket: Ends) => Promise<Dialled>;

/** States without a relevant peer (include/net/tcp_states.h): TIME_WAIT, CLOSE, LISTEN. */
const GONE: ReadonlySet<string> = new Set(['06', '07', '0A']);

/**
 * Finds original destinations in the kernel's socket table. nft rewrites packets below the socket layer, so the client's own socket, which
 * is in the same network namespace, still has the dialled address (docs/adr/0015-opaque-tcp.md). `ownUid`: sockets of this user are the
 * sidecar's own, which redirect leaves alone, and are ignored. Null: other processes share the user.
 */
export class SocketTable {
  readonly #ownUid: number | null;
  readonly #read: ReadTable;
  #running: Promise<readonly KernelSocket[]> | null = null;
  #next: Promise<readonly KernelSocket[]> | null = null;

  constructor(ownUid: number | null, read: ReadTable = readTableFile) {
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
    // A port may be shared by sockets with different peers, which cannot be told apart.
    if (first === undefined || more.some(({ remote }) => !same(remote, first.remote))) return 'unknown';
    return first.remote;
  };

  /** A table read before a client arrived may lack it: clients that arrive during one read share the next. */
  #entries(): Promise<readonly KernelSocket[]> {
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

  #readAll(): Promise<readonly KernelSocket[]> {
    return readKernelSockets(this.#read, ({ state }) => !GONE.has(state));
  }
}

function same(one: Destination, other: Destination): boolean {
  return one.port === other.port && one.address === other.address;
}
