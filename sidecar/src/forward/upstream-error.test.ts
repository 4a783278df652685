import { startHttp } from '../listeners/test-kit.ts';
import { createResolver } from './destination/resolve.ts';
import { Collected, requestTo } from './test-kit.ts';
import { upstreams } from './testing/upstreams.ts';

const { using, http, raw, fetchFrom } = upstreams();

describe('an upstream that fails', () => {
  it('reports refused connections as connect_failed', async () => {
    const server = await startHttp(() => undefined);
    await server.close();
    const sink = await fetchFrom(server.origin);
    expect(sink.failure?.code).toBe('connect_failed');
  });

  it('reports an unknown name as resolve_failed', async () => {
    const sink = await fetchFrom('http://no-such-host.invalid');
    expect(sink.failure?.code).toBe('resolve_failed');
  });

  it('reports a name that leads to loopback as forbidden_address', async () => {
    const origin = await http((_req, res) => res.end('secret'));
    const lookup = createResolver({ listsAddress: () => false, lookup: null });
    const sink = await fetchFrom(origin.replace('127.0.0.1', 'localhost'), { lookup });
    expect(sink.failure?.code).toBe('forbidden_address');
  });

  it.each([['not an origin'], ['ftp://127.0.0.1'], ['http://127.0.0.1:99999']])(
    'reports an origin that is none as request_invalid: %s',
    async (origin) => {
      const sink = await fetchFrom(origin);
      expect(sink.failure?.code).toBe('request_invalid');
    },
  );

  it.each([
    ['a path with a line break', { path: '/a\r\nX: y' }],
    ['a path without a slash', { path: 'a' }],
    ['a method with a line break', { method: 'GET /x HTTP/1.1\r\n' }],
    ['a header with a line break', { headers: [['x', 'a\r\ny: z']] as const }],
    ['a header name with a colon', { headers: [['x: y', 'a']] as const }],
    ['framing of its own', { headers: [['transfer-encoding', 'chunked']] as const }],
    [
      'a length that is not the body',
      { headers: [['content-length', '3']] as const, body: Buffer.from('abcdef'), method: 'POST' },
    ],
  ])('never sends %s', async (_name, change) => {
    const seen: string[] = [];
    const origin = await http((req, res) => {
      seen.push(req.url ?? '');
      res.end();
    });
    const sink = new Collected();
    using().send(requestTo(origin, change), sink);
    await sink.settled;
    expect({ code: sink.failure?.code, seen }).toEqual({ code: 'request_invalid', seen: [] });
  });

  it.each([
    ['nothing and a close', '', 'broken'],
    ['no HTTP', 'SSH-2.0-x\r\n', 'malformed_reply'],
    [
      'both lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'broken',
    ],
    ['obs-fold', 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n', 'malformed_reply'],
    ['a body cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'broken'],
    [
      'a chunked body cut short',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
      'broken',
    ],
    [
      'a bad chunk size',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n',
      'malformed_reply',
    ],
    ['headers without end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 'malformed_reply'],
    [
      'an unsolicited upgrade',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      'broken',
    ],
  ])('reports %s as an error, never as a reply', async (_name, bytes, code) => {
    const origin = await raw((socket) => socket.end(bytes));
    const sink = await fetchFrom(origin);
    expect(sink.failure?.code).toBe(code);
    expect(sink.events.filter((event) => event === 'end' || event === 'error')).toEqual(['error']);
  });

  it('reports a reset in mid-reply as broken', async () => {
    const origin = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n', () =>
        socket.resetAndDestroy(),
      );
    });
    const sink = await fetchFrom(origin);
    expect(sink.failure?.code).toBe('broken');
  });

  it('refuses too many exchanges at once as overloaded', async () => {
    const origin = await http(() => undefined);
    const upstream = using({ maxConnections: 1, maxWaiting: 1 });
    const sinks = [new Collected(), new Collected(), new Collected()];
    const transfers = sinks.map((sink) => upstream.send(requestTo(origin), sink));
    expect(sinks.map((sink) => sink.failure?.code)).toEqual([undefined, undefined, 'overloaded']);
    for (const transfer of transfers) transfer.abort();
  });

  it('refuses anything after close', async () => {
    const upstream = using();
    await upstream.close();
    const sink = new Collected();
    upstream.send(requestTo('http://127.0.0.1:1'), sink);
    expect(sink.failure?.code).toBe('closed');
  });

  it('reports timeouts by codes of their own', async () => {
    const silent = await http(() => undefined);
    expect((await fetchFrom(silent, { headersTimeoutMs: 50 })).failure?.code).toBe('headers_timeout');
    const stalling = await http((_req, res) => res.write('a'));
    expect((await fetchFrom(stalling, { bodyTimeoutMs: 50 })).failure?.code).toBe('body_timeout');
  });

  it('cuts the connection of a sink that throws', async () => {
    const origin = await http((_req, res) => res.end('a'));
    const sink = new Collected();
    sink.data = () => {
      throw new Error('sink');
    };
    using().send(requestTo(origin), sink);
    await sink.settled;
    expect(sink.failure?.code).toBe('broken');
  });
});
