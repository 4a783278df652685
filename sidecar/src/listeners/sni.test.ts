import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { MAX_HELLO_BYTES, readClientHello } from './sni.ts';

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
function vector16(bytes: Buffer): Buffer {
  return Buffer.concat([u16(bytes.length), bytes]);
}
function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([u16(type), vector16(body)]);
}
function sni(...names: readonly (string | Buffer)[]): Buffer {
  return extension(
    0,
    vector16(
      Buffer.concat(
        names.map((name) =>
          typeof name === 'string' ? Buffer.concat([Buffer.from([0]), vector16(Buffer.from(name))]) : name,
        ),
      ),
    ),
  );
}

function hello(...extensions: readonly Buffer[]): Buffer {
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    vector16(Buffer.from([0x13, 0x01])),
    Buffer.from([1, 0]),
    ...(extensions.length === 0 ? [] : [vector16(Buffer.concat(extensions))]),
  ]);
  return Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
}

function records(message: Buffer, size = 16_384): Buffer {
  const found: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    found.push(Buffer.from([22, 3, 1]), vector16(message.subarray(at, at + size)));
  }
  return Buffer.concat(found);
}

/** What a real client sends first. */
async function real(servername: string): Promise<Buffer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', servername });
  client.on('error', () => undefined);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return bytes;
}

const A = sni('a.example');

describe('a ClientHello', () => {
  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['an alert', Buffer.from([21, 3, 1, 0, 2, 2, 40])],
    ['SSLv2', Buffer.from([0x80, 0x2e, 1, 0, 2])],
    ['another version of the record layer', Buffer.from([22, 2, 0, 0, 5])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a record over 2^14', Buffer.from([22, 3, 1, 0x40, 1])],
    ['a ServerHello', records(Buffer.from([2, 0, 0, 1, 0]))],
    ['something behind it', records(Buffer.concat([hello(A), Buffer.from([1])]))],
    ['a name that ends too early', records(hello(extension(0, Buffer.from([0, 9, 0, 0, 20, 97]))))],
    ['two names', records(hello(sni('a.example', 'b.example')))],
    ['a name of another type', records(hello(sni(Buffer.from([1, 0, 1, 97]))))],
    ['an empty name', records(hello(sni('')))],
    ['an empty list', records(hello(extension(0, Buffer.from([0, 0]))))],
    ['two server_name extensions', records(hello(A, sni('b.example')))],
    [
      'extensions that end too early',
      records(Buffer.concat([hello(A).subarray(0, -1)]).fill(hello(A).length - 5, 3, 4)),
    ],
  ])('that is %s is malformed', (_name, bytes) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'refused', reason: 'malformed' });
  });

  it.each([
    ['without extensions', records(hello()), 'no_name'],
    ['without a name', records(hello(extension(16, Buffer.from([0, 3, 2, 104, 50])))), 'no_name'],
    ['with an encrypted one inside', records(hello(A, extension(0xfe0d, Buffer.from([0])))), 'encrypted'],
    ['with only an encrypted one inside', records(hello(extension(0xfe0d, Buffer.from([0])))), 'encrypted'],
    ['that announces 16 MiB', records(Buffer.from([1, 0xff, 0xff, 0xff, 3])), 'too_large'],
    ['of many records without end', Buffer.alloc(MAX_HELLO_BYTES + 1, 22), 'too_large'],
  ] as const)('%s is refused', (_name, bytes, reason) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'refused', reason });
  });

  it('of a real client names the host, however it is cut', async () => {
    const bytes = await real('api.example.com');
    for (let length = 0; length < bytes.length; length += 1) {
      expect(readClientHello(bytes.subarray(0, length))).toEqual({ kind: 'incomplete' });
    }
    expect(readClientHello(bytes)).toEqual({ kind: 'named', name: 'api.example.com' });
  });

  it.each([1, 2, 3, 5, 40])('in records of %d bytes names the host', (size) => {
    expect(readClientHello(records(hello(extension(10, Buffer.alloc(4)), A), size))).toEqual({
      kind: 'named',
      name: 'a.example',
    });
  });

  it('never throws, whatever it is', () => {
    const good = records(hello(A));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        expect(['incomplete', 'named', 'refused']).toContain(readClientHello(bytes).kind);
      }),
      { numRuns: 2000 },
    );
  });
});
