import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { endWithStallTimeout } from './paced-writer.ts';

/** More than the buffers of both ends of a loopback connection take. */
const LARGE = Buffer.alloc(64 * 1024 * 1024, 'x');

describe('endWithStallTimeout', () => {
  let answer: (res: ServerResponse) => void = () => undefined;
  const server = createServer((_req, res) => answer(res));

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  // Client and server share a thread here: who reads gets more time than any machine takes.
  it.each([
    ['cuts off a client that reads nothing', false, 1_000],
    ['lets a client that reads have all of it', true, 60_000],
  ])('%s', async (_name, reads, stallTimeoutMs) => {
    const closed = new Promise<void>((resolve) => {
      answer = (res) => {
        res.once('close', resolve);
        endWithStallTimeout(res, LARGE, stallTimeoutMs);
      };
    });
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    if (reads) client.resume();
    await closed;
    const gone = once(client, 'close');
    client.resume().on('error', () => undefined);
    await gone;
    expect(client.bytesRead > LARGE.length).toBe(reads);
  });
});
