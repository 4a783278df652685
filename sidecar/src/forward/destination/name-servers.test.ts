import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';

import { lookupAt } from './name-servers.ts';
import { createResolver } from './resolve.ts';

/** What the server of this test knows; a name that is not here does not exist. */
const ZONE: Readonly<Record<string, Readonly<Record<number, readonly number[]>>>> = {
  'api.example.com': { 1: [192, 0, 2, 1], 28: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
  'only-v4.example.com': { 1: [192, 0, 2, 2] },
  'api.example.com.evil.example': { 1: [203, 0, 113, 66] },
  'mcp.tools.svc.cluster.local': { 1: [10, 96, 7, 7] },
  'served.example.com': { 1: [127, 0, 0, 1] },
  'near.evil.example': { 1: [203, 0, 113, 66] },
};
/** Names for which it has no answer but a failure. */
const BROKEN = new Set(['broken.example.com']);

/** RFC 1035 §4: answers one question with what the zone says. */
function answer(query: Buffer, asked: string[]): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const name = labels.join('.').toLowerCase();
  asked.push(name);
  const data = ZONE[name]?.[query.readUInt16BE(at + 1)];
  const code = BROKEN.has(name) ? 2 : ZONE[name] === undefined ? 3 : 0;
  const head = Buffer.from([0, 0, 0x81, 0x80 | code, 0, 1, 0, data === undefined ? 0 : 1, 0, 0, 0, 0]);
  query.copy(head, 0, 0, 2);
  const record =
    data === undefined
      ? []
      : [0xc0, 12, ...query.subarray(at + 1, at + 5), 0, 0, 0, 60, 0, data.length, ...data];
  return Buffer.concat([head, question, Buffer.from(record)]);
}

const asked: string[] = [];
let server: Socket;
let address = '';
beforeAll(async () => {
  server = createSocket('udp4', (query, from) => server.send(answer(query, asked), from.port, from.address));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${server.address().port}`;
});
afterAll(() => server.close());
beforeEach(() => (asked.length = 0));

const SEARCH = ['chat.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

function look(
  name: string,
  options: { all?: boolean; family?: number } = { all: true },
  search: readonly string[] = SEARCH,
): Promise<unknown> {
  return new Promise((resolve) => {
    lookupAt({ servers: [address], search })(name, options, (error, found, family) => {
      resolve(error === null ? (options.all === true ? found : [found, family]) : error.code);
    });
  });
}

describe('a look-up at given servers', () => {
  it.each([
    ['a name that is nowhere', 'nope.example.com', 'ENOTFOUND'],
    ['a single label that is nowhere', 'nope', 'ENOTFOUND'],
    ['a name that the servers fail for', 'broken.example.com', 'EAI_AGAIN'],
    ['a name that ends in a dot and is a short one', 'mcp.tools.svc.', 'ENOTFOUND'],
  ])('of %s', async (_what, name, expected) => {
    expect(await look(name)).toBe(expected);
  });

  it('after a failure asks no search domain, whose owner would else answer for it', async () => {
    expect(await look('broken.example.com', { all: true }, ['evil.example'])).toBe('EAI_AGAIN');
    expect(new Set(asked)).toEqual(new Set(['broken.example.com']));
  });

  it('resolves both families, and the name as given first', async () => {
    expect(await look('api.example.com', { all: true }, ['evil.example'])).toEqual([
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ]);
  });

  it.each([
    ['one address', 'api.example.com', {}, ['192.0.2.1', 4]],
    ['the family that was asked for', 'api.example.com', { family: 6 }, ['2001:db8::1', 6]],
    ['nothing of the family that was asked for', 'only-v4.example.com', { family: 6 }, 'ENOTFOUND'],
    ['a Service, by search domain', 'mcp.tools.svc', {}, ['10.96.7.7', 4]],
    ['an address as it is', '192.0.2.9', {}, ['192.0.2.9', 4]],
    ['localhost without asking', 'model.localhost', {}, ['127.0.0.1', 4]],
  ])('gives %s', async (_what, name, options, expected) => {
    expect(await look(name, options)).toEqual(expected);
  });

  it.each([
    ['leads to a server', ['127.0.0.1'], 'here'],
    ['leads to an address that no policy lists', [], 'UpstreamError'],
  ])('as the look-up of a socket, under guard, %s', async (_what, listed, expected) => {
    const web = createServer((_request, response) => response.end('here'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const lookup = createResolver({
      listsAddress: (each) => listed.includes(each),
      lookup: lookupAt({ servers: [address], search: SEARCH }),
    });
    const { port } = web.address() as AddressInfo;
    const answer = await new Promise<string>((resolve) => {
      get({ host: 'served.example.com', port, lookup, agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).on('error', (error) => resolve(error.name));
    });
    web.close();
    expect(answer).toBe(expected);
  });

  it('asks no other server for a Service', async () => {
    await look('mcp.tools.svc');
    expect(new Set(asked)).toEqual(
      new Set([
        'mcp.tools.svc.chat.svc.cluster.local',
        'mcp.tools.svc.svc.cluster.local',
        'mcp.tools.svc.cluster.local',
      ]),
    );
  });

  it('does not read /etc/hosts', async () => {
    expect(await look('ip6-localnet')).toBe('ENOTFOUND');
    expect(asked.every((name) => name.startsWith('ip6-localnet.'))).toBe(true);
  });
});
