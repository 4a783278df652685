import type { Socket } from 'node:net';
import { type buildConnector, Client, type Dispatcher, errors } from 'undici';
import type { Peer } from '../exchange/index.ts';
import { InterimReplies, type InterimReply } from './interim.ts';

/** The exchange that currently uses a client's connection. */
export interface GateUser {
  /** Called when a client accepts the exchange, before its request is written. */
  uses(gate: UpstreamGate): void;
  /** A library threw while it handled an event of this exchange's socket. */
  fault(error: unknown): void;
  /** Called before the final reply. */
  interim(reply: InterimReply): void;
}

/**
 * Sits between the socket of one undici client and undici's parser. undici's own pause is unusable: a reply delimited by the end of the
 * connection, and a broken connection, fail `assert(!this.paused)` in `Parser.finish()` while the parser is paused, in a socket event that
 * cannot be caught. So the parser never pauses. Instead the socket reports that it has no data, and node stops reading from the system when
 * its buffer is full. The end of the connection is delivered after the unread data.
 */
export class UpstreamGate {
  #socket: Socket | null = null;
  #user: GateUser | null = null;
  #held = false;
  #broken = false;
  #served = 0;
  #hasAnswered = false;
  readonly #interim = new InterimReplies();

  /** The exchange is not the first on its connection, and no byte of its reply arrived. */
  get isStale(): boolean {
    return this.#served > 1 && !this.#hasAnswered && this.#socket?.readableLength === 0;
  }

  /** Remote address of the connection; null if closed. */
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

  /** The socket failed, or closed with unread bytes: the end of its connection completes no reply. */
  get broken(): boolean {
    return this.#broken || (this.#held && this.#socket?.destroyed === true);
  }

  occupy(user: GateUser): void {
    this.#user = user;
    user.uses(this);
  }

  /** Stops reading until `release`. The parser finishes the data it already has. No effect once `user` has left. */
  hold(user: GateUser): void {
    if (this.#user === user) this.#held = true;
  }

  /** Never call it from inside an event of undici: its parser is not reentrant. No effect once `user` has left. */
  release(user: GateUser): void {
    if (this.#user !== user || !this.#held) return;
    this.#held = false;
    this.#socket?.emit('readable');
  }

  /** Resumes reading if the last exchange was holding, for the next one. */
  leave(user: GateUser): void {
    if (this.#user !== user) return;
    this.#user = null;
    if (!this.#held) return;
    this.#held = false;
    const socket = this.#socket;
    queueMicrotask(() => socket?.emit('readable'));
  }

  /** `discard`: called when the client's state is unknown. */
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

/** Dispatch options: a pool passes them through unchanged, while it wraps the handler. */
export interface GatedDispatch extends Dispatcher.DispatchOptions {
  readonly user: GateUser;
}

export interface GatedClientOptions extends Omit<Client.Options, 'connect'> {
  readonly connector: buildConnector.connector;
  /** A library threw in an event of a socket. Its exchange was told; the client is discarded. */
  readonly onFault: (error: unknown) => void;
}

/** One connection to an upstream, behind a gate. For a `Pool`, which replaces a discarded client. */
export class GatedClient extends Client {
  readonly #gate: UpstreamGate;

  constructor(url: URL, { connector, onFault, ...options }: GatedClientOptions) {
    const gate = new UpstreamGate();
    super(url, {
      ...options,
      connect: (target, callback) => {
        connector(target, (...result) => {
          const [failure, socket] = result;
          // At run time a failure is passed alone, without the null of the type.
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
    // The pool removes a client that emits this.
    this.emit('connectionError', url, [this], reason);
    this.destroy(reason).catch(() => undefined);
  }
}

function isGated(options: Dispatcher.DispatchOptions): options is GatedDispatch {
  return 'user' in options;
}
