import type { FaultCode } from './head/fault.ts';
import { readBody } from './body/body.ts';
import { startInbound, type Listener } from '../listeners/inbound.ts';
import { LISTENER_DEFAULTS } from './limits.ts';
import { statusOf, talk } from '../listeners/test-kit.ts';

const H = 'Host: model\r\n';
const CHUNKED = `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n`;
function post(headers: string, body = ''): string {
  return `POST / HTTP/1.1\r\n${H}${headers}\r\n${body}`;
}
function get(rest: string): string {
  return `GET ${rest}`;
}

/** Refused before the handler hears of them. */
const HEADS: readonly (readonly [name: string, bytes: string, status: number])[] = [
  ['both lengths', post('Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
  [
    'both lengths, other order',
    post('Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '0\r\n\r\n'),
    400,
  ],
  ['same length twice', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'), 400],
  ['two lengths', post('Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'), 400],
  ['list of lengths', post('Content-Length: 3, 3\r\n', 'abc'), 400],
  ['signed length', post('Content-Length: +3\r\n', 'abc'), 400],
  ['negative length', post('Content-Length: -3\r\n', 'abc'), 400],
  ['hexadecimal length', post('Content-Length: 0x3\r\n', 'abc'), 400],
  ['length with a space', post('Content-Length: 3 3\r\n', 'abc'), 400],
  ['empty length', post('Content-Length: \r\n', 'abc'), 400],
  ['huge length', post('Content-Length: 99999999999999999999999\r\n', 'abc'), 400],
  ['length of 16 digits', post('Content-Length: 9999999999999999\r\n', 'abc'), 400],
  ['identity coding', post('Transfer-Encoding: identity\r\n', 'abc'), 400],
  ['chunked, identity', post('Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'), 400],
  ['gzip, chunked', post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'), 400],
  ['chunked twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'), 400],
  ['chunked, chunked', post('Transfer-Encoding: chunked, chunked\r\n', '0\r\n\r\n'), 400],
  ['CHUNKED', post('Transfer-Encoding: CHUNKED\r\n', '0\r\n\r\n'), 400],
  ['xchunked', post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'), 400],
  ['quoted chunked', post('Transfer-Encoding: "chunked"\r\n', '0\r\n\r\n'), 400],
  ['chunked with a parameter', post('Transfer-Encoding: chunked;q=1\r\n', '0\r\n\r\n'), 400],
  ['empty coding', post('Transfer-Encoding:\r\n', '0\r\n\r\n'), 400],
  ['vertical tab before chunked', post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'), 400],
  ['space before colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'), 400],
  ['tab before colon', post('Transfer-Encoding\t: chunked\r\n', '0\r\n\r\n'), 400],
  ['Content_Length', post('Content_Length: 3\r\n'), 400],
  ['Transfer_Encoding beside a length', post('Content-Length: 0\r\nTransfer_Encoding: chunked\r\n'), 400],
  ['X_User beside X-User', get(`/ HTTP/1.1\r\n${H}X-User: a\r\nX_User: b\r\n\r\n`), 400],
  ['obs-fold', get(`/ HTTP/1.1\r\n${H}X: a\r\n b\r\n\r\n`), 400],
  ['obs-fold of an empty value', get(`/ HTTP/1.1\r\n${H}X:\r\n\tb\r\n\r\n`), 400],
  ['space before the first header', get(`/ HTTP/1.1\r\n X: b\r\n${H}\r\n`), 400],
  ['bare LF everywhere', 'GET / HTTP/1.1\nHost: model\n\n', 400],
  ['bare LF after a header', `GET / HTTP/1.1\r\nHost: model\nX: y\r\n\r\n`, 400],
  ['bare CR within a header', `GET / HTTP/1.1\r\nHost: model\rX: y\r\n\r\n`, 400],
  ['CR without LF at the end', `GET / HTTP/1.1\r\n${H}\rGET /b HTTP/1.1\r\n\r\n`, 400],
  ['NUL in a value', get(`/ HTTP/1.1\r\n${H}X: a\x00b\r\n\r\n`), 400],
  ['control character in a value', get(`/ HTTP/1.1\r\n${H}X: a\x01b\r\n\r\n`), 400],
  ['DEL in a value', get(`/ HTTP/1.1\r\n${H}X: a\x7fb\r\n\r\n`), 400],
  ['empty name', get(`/ HTTP/1.1\r\n${H}: a\r\n\r\n`), 400],
  ['no colon', get(`/ HTTP/1.1\r\n${H}Xabc\r\n\r\n`), 400],
  ['no Host', get('/ HTTP/1.1\r\n\r\n'), 400],
  ['empty Host', get('/ HTTP/1.1\r\nHost:\r\n\r\n'), 400],
  ['two Hosts', get('/ HTTP/1.1\r\nHost: model\r\nHost: model\r\n\r\n'), 400],
  ['userinfo in Host', get('/ HTTP/1.1\r\nHost: a@model\r\n\r\n'), 400],
  ['path in Host', get('/ HTTP/1.1\r\nHost: model/x\r\n\r\n'), 400],
  ['absolute target', get(`http://other/ HTTP/1.1\r\n${H}\r\n`), 400],
  ['absolute target of another port', get(`http://model:81/ HTTP/1.1\r\n${H}\r\n`), 400],
  ['absolute target with a user', get(`http://a@model/ HTTP/1.1\r\n${H}\r\n`), 400],
  ['absolute target with a fragment', get(`http://model/a#b HTTP/1.1\r\n${H}\r\n`), 400],
  ['absolute target over TLS', get(`https://model/ HTTP/1.1\r\n${H}\r\n`), 400],
  ['absolute target without a host', get(`http:///a HTTP/1.1\r\n${H}\r\n`), 400],
  ['absolute target and no Host', get('http://model/ HTTP/1.1\r\n\r\n'), 400],
  ['absolute target and two Hosts', get(`http://model/ HTTP/1.1\r\n${H}Host: other\r\n\r\n`), 400],
  ['absolute target of another scheme', get(`file:///etc HTTP/1.1\r\n${H}\r\n`), 400],
  ['CONNECT', 'CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n', 400],
  ['asterisk', `OPTIONS * HTTP/1.1\r\n${H}\r\n`, 400],
  ['fragment in target', get(`/a#b HTTP/1.1\r\n${H}\r\n`), 400],
  ['backslash in target', get(`/a\\b HTTP/1.1\r\n${H}\r\n`), 400],
  ['control character in target', get(`/\x01 HTTP/1.1\r\n${H}\r\n`), 400],
  ['high byte in target', get(`/\x80 HTTP/1.1\r\n${H}\r\n`), 400],
  ['space in target', get(`/a b HTTP/1.1\r\n${H}\r\n`), 400],
  ['TRACE', `TRACE / HTTP/1.1\r\n${H}\r\n`, 405],
  ['lower-case method', `get / HTTP/1.1\r\n${H}\r\n`, 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 505],
  ['HTTP/1.2', get(`/ HTTP/1.2\r\n${H}\r\n`), 400],
  ['HTTP/2.0', get(`/ HTTP/2.0\r\n${H}\r\n`), 505],
  ['HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['HTTP/1.0 with chunked', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['other expectation', post('Expect: 200-ok\r\nContent-Length: 0\r\n'), 417],
  ['two Content-Types', post('Content-Type: a/b\r\nContent-Type: c/d\r\nContent-Length: 0\r\n'), 400],
  [
    'two Content-Encodings',
    post('Content-Encoding: gzip\r\nContent-Encoding: br\r\nContent-Length: 0\r\n'),
    400,
  ],
  ['two Authorizations', get(`/ HTTP/1.1\r\n${H}Authorization: a\r\nAuthorization: b\r\n\r\n`), 400],
  ['Connection: content-type', get(`/ HTTP/1.1\r\n${H}Connection: Content-Type\r\n\r\n`), 400],
  ['Connection: close, host', get(`/ HTTP/1.1\r\n${H}Connection: close, host\r\n\r\n`), 400],
  ['headers too large', get(`/ HTTP/1.1\r\n${H}X: ${'a'.repeat(40_000)}\r\n\r\n`), 431],
  ['too many headers', get(`/ HTTP/1.1\r\n${H}${'X: a\r\n'.repeat(200)}\r\n`), 431],
  [
    'refused, with another request behind it',
    `${get(`/a#b HTTP/1.1\r\n${H}\r\n`)}${get(`/ HTTP/1.1\r\n${H}\r\n`)}`,
    400,
  ],
  ['TLS on the plain port', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00', 400],
];

/** The head is fine, the body is not: the handler starts, but never gets a body. */
const BODIES: readonly (readonly [name: string, bytes: string])[] = [
  ['chunk size 0x3', `${CHUNKED}0x3\r\nabc\r\n0\r\n\r\n`],
  ['chunk size +3', `${CHUNKED}+3\r\nabc\r\n0\r\n\r\n`],
  ['chunk size -3', `${CHUNKED}-3\r\nabc\r\n0\r\n\r\n`],
  ['chunk size with a space', `${CHUNKED}3 \r\nabc\r\n0\r\n\r\n`],
  ['chunk size after a space', `${CHUNKED} 3\r\nabc\r\n0\r\n\r\n`],
  ['chunk size of 17 digits', `${CHUNKED}fffffffffffffffff\r\nabc\r\n0\r\n\r\n`],
  ['empty chunk size', `${CHUNKED}\r\nabc\r\n0\r\n\r\n`],
  ['endless chunk extension', `${CHUNKED}3;a=${'b'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`],
  ['LF after a chunk extension', `${CHUNKED}3;a=b\nabc\r\n0\r\n\r\n`],
  ['LF after chunk sizes', `${CHUNKED}3\nabc\n0\n\n`],
  ['no CRLF after a chunk', `${CHUNKED}3\r\nabcX0\r\n\r\n`],
  ['chunk longer than its size', `${CHUNKED}3\r\nabcd\r\n0\r\n\r\n`],
  ['Content-Length as a trailer', `${CHUNKED}0\r\nContent-Length: 5\r\n\r\n`],
  ['NUL in a trailer', `${CHUNKED}0\r\nX: a\x00b\r\n\r\n`],
  ['tab after chunked', post('Transfer-Encoding: chunked\t\r\n', '0\r\n\r\n')],
];

describe('ambiguous requests', () => {
  let listener: Listener;
  const seen: string[] = [];
  const bodies: string[] = [];
  const faults: FaultCode[] = [];

  beforeAll(async () => {
    listener = await startInbound({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      onFault: (code) => faults.push(code),
      handler: {
        request(req, res) {
          seen.push(`${req.method ?? ''} ${req.url ?? ''}`);
          readBody(req, 1024, null).then(
            (body) => {
              bodies.push(body.toString());
              res.end('fine');
            },
            () => res.destroy(),
          );
        },
        upgrade(_req, socket) {
          seen.push('upgrade');
          socket.destroy();
        },
      },
    });
  });
  afterAll(() => listener.close());
  beforeEach(() => {
    seen.length = 0;
    bodies.length = 0;
    faults.length = 0;
  });

  it.each(HEADS)('%s is refused before any handler', async (_name, bytes, status) => {
    const reply = await talk(listener.address.port, bytes);
    expect({ status: statusOf(reply), seen, bodies }).toEqual({ status, seen: [], bodies: [] });
    expect(faults).toHaveLength(1);
    expect(reply).toMatch(/connection: close/i);
    expect(reply).toContain('"code":"request_malformed"');
  });

  it.each(BODIES)('%s never becomes a body', async (_name, bytes) => {
    const reply = await talk(listener.address.port, bytes);
    expect({ bodies, second: seen.length > 1 }).toEqual({ bodies: [], second: false });
    expect([0, 400, 413]).toContain(statusOf(reply));
    expect(faults).toHaveLength(1);
  });

  it.each([
    ['GET', `GET /a HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, ''],
    ['length', `POST /a HTTP/1.1\r\n${H}Connection: close\r\nContent-Length: 3\r\n\r\nabc`, 'abc'],
    [
      'chunked',
      `POST /a HTTP/1.1\r\n${H}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n`,
      'abc',
    ],
    ['HTTP/1.0', 'GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', ''],
    ['CRLF before the request line', `\r\nGET /a HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, ''],
    ['latin1 in a value', `GET /a HTTP/1.1\r\n${H}X: \xe4\r\nConnection: close\r\n\r\n`, ''],
    ['IPv6 Host', 'GET /a HTTP/1.1\r\nHost: [::1]:8000\r\nConnection: close\r\n\r\n', ''],
    ['a lone underscore', `GET /a HTTP/1.1\r\n${H}api_key: x\r\nConnection: close\r\n\r\n`, ''],
    [
      'one Content-Type twice',
      `GET /a HTTP/1.1\r\n${H}Content-Type: a/b\r\ncontent-type: a/b\r\nConnection: close\r\n\r\n`,
      '',
    ],
    ['two Accepts', `GET /a HTTP/1.1\r\n${H}Accept: a/b\r\nAccept: c/d\r\nConnection: close\r\n\r\n`, ''],
  ])('%s passes', async (_name, bytes, body) => {
    const reply = await talk(listener.address.port, bytes);
    expect({ status: statusOf(reply), bodies, faults }).toEqual({ status: 200, bodies: [body], faults: [] });
  });

  it.each([
    ['http://model/a?b=c', '/a?b=c'],
    ['HTTP://MODEL:80/a', '/a'],
    ['http://model//a/../b', '//a/../b'],
    ['http://model', '/'],
    ['http://model?b', '/?b'],
  ])('the absolute target %s is its path', async (target, path) => {
    await talk(listener.address.port, `GET ${target} HTTP/1.1\r\n${H}Connection: close\r\n\r\n`);
    expect({ seen, faults }).toEqual({ seen: [`GET ${path}`], faults: [] });
  });
});
