import { Duplex } from 'node:stream';

/** One end of an in-memory connection, with the socket methods that `node:http` needs and streams lack. */
export class MemoryEnd extends Duplex {
  #peer: MemoryEnd | null = null;
  /** Called when the reader consumes the last write. */
  #taken: (() => void) | null = null;
  #isStalled = false;

  join(peer: MemoryEnd): void {
    this.#peer = peer;
  }

  /** Stops reading, as a stalled client. */
  stall(): void {
    this.#isStalled = true;
  }

  setTimeout(): this {
    return this;
  }

  override _read(): void {
    this.#peer?.taken();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const peer = this.#peer;
    if (peer === null || peer.destroyed || peer.#isStalled) this.#taken = done;
    else if (peer.push(chunk)) done();
    else this.#taken = done;
  }

  override _final(done: () => void): void {
    if (this.#peer?.destroyed === false) this.#peer.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    done(error);
    const peer = this.#peer;
    if (peer !== null) setImmediate(() => peer.destroy());
  }

  taken(): void {
    const taken = this.#taken;
    this.#taken = null;
    taken?.();
  }
}

/** Two ends: each reads what the other writes. */
export function memoryConnection(): readonly [client: MemoryEnd, server: MemoryEnd] {
  const client = new MemoryEnd();
  const server = new MemoryEnd();
  client.join(server);
  server.join(client);
  client.on('error', () => client.destroy());
  return [client, server];
}
