import { replyHeaders, replyTrailers, requestHeaders } from './hop-by-hop.ts';

const KEEP = { host: null, acceptEncoding: 'keep' } as const;
const VIA = ['via', '1.1 llm-boundary'];

describe('headers of a request', () => {
  it.each([
    ['Connection', 'keep-alive'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Connection', 'keep-alive'],
    ['Proxy-Authorization', 'Basic x'],
    ['TE', 'trailers'],
    ['Trailer', 'X'],
    ['Transfer-Encoding', 'chunked'],
    ['Upgrade', 'h2c'],
    ['HTTP2-Settings', 'x'],
    ['Content-Length', '3'],
    ['Expect', '100-continue'],
    ['EXPECT', '100-continue'],
    ['X-HTTP-Method-Override', 'DELETE'],
    ['X-HTTP-Method', 'PUT'],
    ['X-Method-Override', 'PUT'],
    ['X_HTTP_Method_Override', 'PUT'],
    ['X-Original-URL', '/v1/chat/completions'],
    ['X-Rewrite-URL', '/v1/chat/completions'],
  ])('%s stays behind', (name, value) => {
    expect(requestHeaders([name, value], KEEP)).toEqual([VIA]);
  });

  it.each([
    ['before the header', ['Connection', 'X-Hop, close', 'X-Hop', '1']],
    ['after the header', ['X-Hop', '1', 'Connection', 'x-hop']],
    ['in a second Connection', ['Connection', 'close', 'X-HOP', '1', 'connection', ' x-hop ,']],
  ])('what Connection nominates stays behind, %s', (_name, raw) => {
    expect(requestHeaders(raw, KEEP)).toEqual([VIA]);
  });

  it('Host cannot be nominated away', () => {
    expect(requestHeaders(['Host', 'a', 'Connection', 'host'], KEEP)).toEqual([['host', 'a'], VIA]);
  });

  it('order, repetition and values of the rest are kept', () => {
    expect(
      requestHeaders(['Host', 'a', 'X-B', '1', 'Cookie', 'c', 'x-b', '2', 'Via', '1.1 edge'], KEEP),
    ).toEqual([['host', 'a'], ['x-b', '1'], ['cookie', 'c'], ['x-b', '2'], ['via', '1.1 edge'], VIA]);
  });

  it('a repeated Content-Type is sent once', () => {
    expect(requestHeaders(['Content-Type', 'a/b', 'X', '1', 'content-type', 'a/b'], KEEP)).toEqual([
      ['content-type', 'a/b'],
      ['x', '1'],
      VIA,
    ]);
  });

  it('an inspected reply is asked for in clear text, at the host that is meant', () => {
    expect(
      requestHeaders(['Host', 'a', 'Accept-Encoding', 'gzip', 'accept-encoding', 'br'], {
        host: 'api.example.com',
        acceptEncoding: 'identity',
      }),
    ).toEqual([['host', 'api.example.com'], ['accept-encoding', 'identity'], VIA]);
  });
});

describe('headers of a reply', () => {
  const HEADERS = [
    ['Connection', 'X-Hop'],
    ['x-hop', '1'],
    ['proxy-authenticate', 'Basic'],
    ['LLM-Boundary-Decision', 'forged'],
    ['content-type', 'a/b'],
    ['set-cookie', 'a'],
    ['set-cookie', 'b'],
    ['content-encoding', 'gzip'],
    ['etag', '"x"'],
    ['content-digest', 'sha-256=:x:'],
  ] as const;

  it('lose hop-by-hop headers', () => {
    expect(replyHeaders(HEADERS, { decoded: false })).toEqual(HEADERS.slice(4));
  });

  it('lose headers about the encoded bytes once decoded', () => {
    expect(replyHeaders(HEADERS, { decoded: true })).toEqual(HEADERS.slice(4, 7));
  });
});

describe('trailers of a reply', () => {
  it.each([
    ['the client did not ask', [['server-timing', 'a;dur=1']], undefined],
    ['the client asked for something else', [['server-timing', 'a;dur=1']], 'gzip'],
    ['the name is not on the list', [['x-answer', 'secret']], 'trailers'],
    ['the value could be text', [['server-timing', 'see https://evil.example/?q=secret']], 'trailers'],
    ['the value is long', [['server-timing', 'a'.repeat(129)]], 'trailers'],
  ] as const)('are dropped where %s', (_name, trailers, te) => {
    expect(replyTrailers(trailers, te)).toEqual([]);
  });

  it('pass where both fit', () => {
    expect(
      replyTrailers(
        [
          ['Server-Timing', 'a;dur=1'],
          ['x', 'y'],
        ],
        'gzip, Trailers',
      ),
    ).toEqual([['server-timing', 'a;dur=1']]);
  });
});
