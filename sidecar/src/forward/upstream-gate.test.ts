import { connect, createServer, type Socket } from 'node:net';
import { listening, type TestServer } from '../listeners/test-kit.ts';
import { Collected, LOCAL, requestTo } from './test-kit.ts';
import type { Transfer } from './transfer.ts';
import { createUpstream, type Upstream } from './upstream.ts';
import { type GateUser, UpstreamGate } from './upstream-gate.ts';

/** Holds at each chunk, and goes on when it is told to. */
class Holding extends Collected {
  readonly held: Promise<void>;
  #holds: () => void = () => undefined;

  constructor() {
    super();
    this.held = new Promise((resolve) => (this.#holds = resolve));
  }

  override data(chunk: Buffer): boolean {
    super.data(chunk);
    this.#holds();
    return false;
  }
}

/** Takes longer for a chunk than one turn of the event loop may (`Turns`). */
class Slow extends Collected {
  override data(chunk: Buffer): boolean {
    const until = performance.now() + 10;
    while (performance.now() < until);
    return super.data(chunk);
  }
}

const CLOSE = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n';
const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n';
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n';
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('a reply that is held while its connection goes', () => {
  let server: TestServer;
  let upstream: Upstream;
  const faults: unknown[] = [];

  const held = async (answer: (socket: Socket) => void): Promise<readonly [Holding, Transfer]> => {
    server = await listening(createServer((socket) => socket.once('data', () => answer(socket))));
    upstream = createUpstream({ ...LOCAL, onFault: (error) => faults.push(error) });
    const sink = new Holding();
    const transfer = upstream.send(requestTo(server.origin), sink);
    await sink.held;
    // The end of the connection arrives meanwhile.
    await pause(100);
    return [sink, transfer];
  };
  beforeEach(() => {
    faults.length = 0;
  });
  afterEach(async () => {
    await upstream.close();
    await server.close();
  });

  it('a chunked reply cut short: broken, not complete', async () => {
    const [sink, transfer] = await held((socket) => socket.end(CHUNKED));
    transfer.resume();
    await sink.settled;
    expect({ code: sink.failure?.code, faults }).toEqual({ code: 'broken', faults: [] });
  });

  it.each([
    ['ends with the connection', (socket: Socket) => socket.end(`${CLOSE}abc`)],
    [
      'ends with the connection, a moment later',
      (socket: Socket) => {
        socket.write(`${CLOSE}abc`, () => setTimeout(() => socket.end(), 30));
      },
    ],
    ['has a length', (socket: Socket) => socket.end(`${LENGTH}abc`)],
    ['is chunked', (socket: Socket) => socket.end(`${CHUNKED}0\r\n\r\n`)],
    [
      'is chunked, its end a moment later',
      (socket: Socket) => {
        socket.write(CHUNKED, () => setTimeout(() => socket.end('0\r\n\r\n'), 30));
      },
    ],
  ])('a reply that %s: complete, once it is read on', async (_name, answer) => {
    const [sink, transfer] = await held(answer);
    expect(sink.events).toEqual(['head', 'data']);
    transfer.resume();
    await sink.settled;
    expect({ events: sink.events, body: sink.body, faults }).toEqual({
      events: ['head', 'data', 'end'],
      body: 'abc',
      faults: [],
    });
  });

  it('gives its connection free once all of it is here', async () => {
    const [sink, transfer] = await held((socket) => {
      socket.write(`${LENGTH}abc`);
      socket.on('data', () => socket.write(`${LENGTH}def`));
    });
    const next = new Collected();
    upstream.send(requestTo(server.origin), next);
    await next.settled;
    expect(next.body).toBe('def');
    transfer.resume();
    await sink.settled;
    expect(sink.body).toBe('abc');
  });

  it('holds the connection no longer than its own reply', async () => {
    const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
    const reply = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(7)}0\r\n\r\n`;
    server = await listening(createServer((socket) => socket.on('data', () => socket.write(reply))));
    upstream = createUpstream({ ...LOCAL, maxConnections: 1 });
    const sinks = Array.from({ length: 4 }, () => new Slow());
    for (const sink of sinks) upstream.send(requestTo(server.origin), sink);
    await Promise.all(sinks.map((sink) => sink.settled));
    expect(sinks.map((sink) => sink.body.length)).toEqual(Array(4).fill(7 * 0x2000));
  });
});

describe('a gate', () => {
  const attached = async (): Promise<{
    readonly gate: UpstreamGate;
    readonly user: GateUser;
    readonly socket: Socket;
    readonly told: readonly string[];
    readonly close: () => Promise<void>;
  }> => {
    const server = await listening(createServer());
    const socket = connect(server.port, '127.0.0.1');
    const [gate, told] = [new UpstreamGate(), [] as string[]];
    gate.attach(socket, () => told.push('discarded'));
    const user: GateUser = {
      uses: () => undefined,
      fault: (error) => told.push(String(error)),
      interim: () => undefined,
    };
    gate.occupy(user);
    const close = (): Promise<void> => {
      socket.destroy();
      return server.close();
    };
    return { gate, user, socket, told, close };
  };

  it('fails only the exchange of a socket when a library throws in an event of it', async () => {
    const { socket, told, close } = await attached();
    socket.on('readable', () => {
      throw new Error('unexpected');
    });
    expect(socket.emit('readable')).toBe(true);
    expect(told).toEqual(['Error: unexpected', 'discarded']);
    await close();
  });

  // undici takes a reset for the end of a reply whose end is the end of the connection.
  it('knows a connection that broke from one that ended', async () => {
    const { gate, socket, close } = await attached();
    expect(gate.broken).toBe(false);
    socket.on('error', () => undefined);
    socket.emit('error', new Error('read ECONNRESET'));
    expect(gate.broken).toBe(true);
    await close();
  });

  it('counts an unread reply as broken', async () => {
    const { gate, user, socket, close } = await attached();
    gate.hold(user);
    expect(gate.broken).toBe(false);
    socket.destroy();
    expect(gate.broken).toBe(true);
    await close();
  });

  it('obeys nobody but its user', async () => {
    const { gate, user, socket, close } = await attached();
    gate.leave(user);
    gate.hold(user);
    socket.destroy();
    expect(gate.broken).toBe(false);
    await close();
  });
});
