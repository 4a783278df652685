import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { Canaries } from './canary.ts';

const HOST = '127.0.0.1';

/** A server with what it answers for a path; null: nothing, it cuts the connection. */
async function server(answer: (path: string) => number | null): Promise<ReturnType<typeof createServer>> {
  const made = createServer(({ url }, response) => {
    const status = answer(url ?? '');
    if (status === null) response.destroy();
    else response.writeHead(status).end();
  });
  made.listen(0, HOST);
  await once(made, 'listening');
  return made;
}

describe('a canary', () => {
  it.each([
    ['that is cut off', null],
    ['that another server answers', 404],
    ['that a server answers for its token', 200],
  ])('%s has been tried when `send` resolves', async (_, status) => {
    const paths: string[] = [];
    const made = await server((path) => {
      paths.push(path);
      return status;
    });
    const { port } = made.address() as AddressInfo;
    const canaries = new Canaries([{ host: HOST, port }]);
    await canaries.send();
    expect(paths).toHaveLength(1);
    expect(canaries.arrived((paths[0] ?? '').replace('/canary/', ''))).toBe(true);
    expect(canaries.missing()).toHaveLength(status === 200 ? 0 : 1);
    made.close();
  });

  it('that there is none of needs no try', async () => {
    await new Canaries([]).send();
    expect(new Canaries([]).missing()).toEqual([]);
  });
});
