import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, errors } from 'undici';
import type { Peer } from '../exchange/index.ts';
import { InterimReplies, type InterimReply } from './interim.ts';

/** Whoever uses a client's connection for one exchange. */
export interface GateUser {
  /** Called when a client takes the exchange on, before its request is written. */
  uses(gate: UpstreamGate): void;
  /** A library threw while it handled an event of this exchange's socket. */
  fault(error: unknown): void;
  /** Comes before the reply that ends the exchange. */
  interim(reply: InterimReply): void;
}

/**
 * The door between the socket of one undici client and undici's parser.
 *
 * undici's own pause must not be used: a reply whose end is the end of the connection, and a connection that breaks, meet
 * `assert(!this.paused)` in `Parser.finish()` while the parser is paused, in an event of the socket that cannot be caught. So the
 * parser never pauses. Instead the socket says that it has nothing to read, and node stops to read from the system as soon as its
 * buffer is full. The end of the connection waits behind what was not read, as it should.
 */
export class UpstreamGate {
  #socket: Socket | null = null;
  #user: GateUser | null = null;
  #held = false;
  #broken = false;
  #served = 0;
  #hasAnswered = false;
  readonly #interim = new InterimReplies();

  /** The exchange under way is not the first on its connection, and no byte of its reply came. */
  get isStale(): boolean {
    return this.#served > 1 && !this.#hasAnswered && this.#socket?.readableLength === 0;
  }

  /** Where the connection leads; null where it is gone. */
  get peer(): Peer | null {
    const { remoteAddress: address, remotePort: port } = this.#socket ?? {};
    return address === undefined || port === undefined ? null : { address, port };
  }

  /** A request is about to be written. */
  begin(): void {
    this.#served += 1;
    this.#hasAnswered = false;
    this.#interim.begin();
  }

  /** The socket failed, or went away with bytes unread: the end of its connection ends no reply. */
  get broken(): boolean {
    return this.#broken || (this.#held && this.#socket?.destroyed === true);
  }

  occupy(user: GateUser): void {
    this.#user = user;
    user.uses(this);
  }

  /** Nothing more is read until `release`. What the parser already has it finishes. */
  hold(): void {
    this.#held = true;
  }

  /** Never from inside an event of undici: its parser cannot be entered twice. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#socket?.emit('readable');
  }

  /** For the next exchange: whatever the last one held is let go of. */
  leave(user: GateUser): void {
    if (this.#user !== user) return;
    this.#user = null;
    if (!this.#held) return;
    this.#held = false;
    const socket = this.#socket;
    queueMicrotask(() => socket?.emit('readable'));
  }

  /** `discard`: the client's state is unknown now. */
  attach(socket: Socket, discard: (error: unknown) => void): void {
    this.#socket = socket;
    this.#held = false;
    this.#broken = false;
    this.#served = 0;
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      if (this.#socket !== socket) return read(size);
      for (;;) {
        const bytes: unknown = this.#held ? null : read(size);
        if (!Buffer.isBuffer(bytes)) return bytes;
        this.#hasAnswered = true;
        const rest = this.#interim.push(bytes, (reply) => this.#user?.interim(reply));
        if (rest !== null) return rest;
      }
    };
    const emit = socket.emit.bind(socket);
    socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
      if (event === 'error' && this.#socket === socket) this.#broken = true;
      try {
        return emit(event, ...values);
      } catch (error) {
        const user = this.#socket === socket ? this.#user : null;
        user?.fault(error);
        discard(error);
        return true;
      }
    };
  }
}

/** What is dispatched: a pool hands the options through as they are, where it wraps the handler. */
export interface GatedDispatch extends Dispatcher.DispatchOptions {
  readonly user: GateUser;
}

export interface GatedClientOptions extends Omit<Client.Options, 'connect'> {
  readonly connector: buildConnector.connector;
  /** A library threw in an event of a socket. Its exchange was told; the client is gone. */
  readonly onFault: (error: unknown) => void;
}

/** One connection to an upstream, behind a gate. For a `Pool`, which replaces a client that is discarded. */
export class GatedClient extends Client {
  readonly #gate: UpstreamGate;

  constructor(url: URL, { connector, onFault, ...options }: GatedClientOptions) {
    const gate = new UpstreamGate();
    super(url, {
      ...options,
      connect: (target, callback) => {
        connector(target, (...result) => {
          const [failure, socket] = result;
          // At run time a failure comes alone, without the null that the types promise.
          if (failure === null) gate.attach(socket, (error) => this.#discard(url, error, onFault));
          callback(...result);
        });
      },
    });
    this.#gate = gate;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (isGated(options)) this.#gate.occupy(options.user);
    return super.dispatch(options, handler);
  }

  #discard(url: URL, error: unknown, onFault: (error: unknown) => void): void {
    onFault(error);
    const reason = new errors.InformationalError('unexpected fault');
    // The pool takes a client that says this off its list.
    this.emit('connectionError', url, [this], reason);
    this.destroy(reason).catch(() => undefined);
  }
}

function isGated(options: Dispatcher.DispatchOptions): options is GatedDispatch {
  return 'user' in options;
}
