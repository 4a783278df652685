import { BODIES } from './reply-bodies.ts';
import {
  JSON_HEAD,
  SSE_HEAD,
  STREAM,
  WHOLE,
  CHUNKED,
  chunk,
  chunks,
  sized,
  streamed,
  type ReplyCase,
} from './wire.ts';

const STATUSES = [200, 201, 202, 203, 206, 226, 299, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415];
const ERRORS = [418, 422, 429, 451, 499, 500, 501, 502, 503, 504, 507, 529, 599];

const heads: readonly ReplyCase[] = [
  ...[...STATUSES, ...ERRORS].map((status) => ({
    name: `status ${status}`,
    wire: [
      sized(
        `HTTP/1.1 ${status} Some Reason\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nRetry-After: 3\r\nContent-Type: text/plain\r\n`,
        'anna@example.com is busy',
      ),
    ],
  })),
  {
    name: 'a status without a reason',
    wire: [sized('HTTP/1.1 200 \r\nContent-Type: application/json\r\n', WHOLE)],
  },
  { name: 'a reason beyond ASCII', wire: [sized('HTTP/1.1 404 Nicht verf\xc3\xbcgbar\r\n', '{}')] },
  {
    name: 'an answer by HTTP/1.0',
    wire: [`HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n${WHOLE}`],
  },
  {
    name: 'names in odd case, in their order',
    wire: [
      sized(
        'HTTP/1.1 200 OK\r\nx-b: 2\r\nX-A: 1\r\ncOnTeNt-TyPe: application/json\r\nETAG: W/"x"\r\nx-ratelimit_left: 3\r\n',
        WHOLE,
      ),
    ],
  },
  {
    name: 'repeated headers',
    wire: [
      sized(
        `${JSON_HEAD}Set-Cookie: a=1; Path=/\r\nX-A: 1\r\nset-cookie: b=2\r\nx-a: 2\r\nX-A: 1\r\nVary: a\r\nVary: b\r\n`,
        WHOLE,
      ),
    ],
  },
  {
    name: 'empty values and bytes beyond ASCII',
    wire: [sized(`${JSON_HEAD}X-Empty:\r\nX-Bytes: \xe4\xff\r\nX-Spaced:   a  b  \r\n`, WHOLE)],
  },
  {
    name: 'headers that name a proxy',
    wire: [
      sized(
        `${JSON_HEAD}Via: 1.1 other\r\nX-Powered-By: x\r\nServer: y\r\nProxy-Authenticate: Basic\r\nAlt-Svc: h3=":443"\r\n`,
        WHOLE,
      ),
    ],
  },
  {
    name: 'headers that Connection names',
    wire: [
      sized(
        `${JSON_HEAD}Connection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: 1\r\n`,
        WHOLE,
      ),
    ],
  },
  {
    name: 'a hundred headers',
    wire: [
      sized(
        `${JSON_HEAD}${Array.from({ length: 100 }, (_, index) => `X-${index}: ${'v'.repeat(90)}\r\n`).join('')}`,
        WHOLE,
      ),
    ],
  },
  {
    name: 'a digest of the body',
    wire: [sized(`${JSON_HEAD}Digest: sha-256=x\r\nContent-MD5: y\r\nAccept-Ranges: bytes\r\n`, WHOLE)],
  },
  { name: 'no Date, one of its own', wire: [sized(`${JSON_HEAD}date: yesterday\r\n`, WHOLE)] },
  {
    name: 'cross-origin headers',
    wire: [
      sized(`${JSON_HEAD}Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: X-Own\r\n`, WHOLE),
    ],
  },
];

const redirects: readonly ReplyCase[] = [301, 302, 303, 307, 308].flatMap((status) =>
  ['/elsewhere', 'http://other.test/v1', '//other.test/', 'javascript:x'].flatMap((location) =>
    ['/v1/chat/completions', '/files/a'].map((path) => ({
      name: `${status} from ${path} to ${location}`,
      path,
      wire: [sized(`HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\n`, 'moved')],
    })),
  ),
);

const bodiless: readonly ReplyCase[] = [
  { name: '204', wire: ['HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n'] },
  {
    name: '304 with a length',
    method: 'GET',
    path: '/v1/models',
    wire: ['HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 10\r\n\r\n'],
  },
  {
    name: 'HEAD with a length',
    method: 'HEAD',
    path: '/v1/models',
    wire: ['HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nContent-Type: application/json\r\n\r\n'],
  },
  {
    name: 'HEAD without a length',
    method: 'HEAD',
    path: '/nowhere',
    wire: ['HTTP/1.1 404 Not Found\r\nX-A: 1\r\n\r\n'],
  },
  {
    name: 'HEAD with chunks',
    method: 'HEAD',
    path: '/v1/models',
    wire: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
  },
  { name: 'an empty body with a length', wire: [sized(JSON_HEAD, '')] },
  { name: 'an empty body in chunks', wire: chunks(JSON_HEAD) },
  {
    name: 'OPTIONS',
    method: 'OPTIONS',
    path: '/v1/chat/completions',
    wire: ['HTTP/1.1 204 No Content\r\nAllow: POST\r\n\r\n'],
  },
  { name: '205', wire: ['HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n'] },
];

const interims: readonly ReplyCase[] = [
  {
    name: 'early hints',
    wire: [
      'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nlink: </b>\r\n\r\n',
      sized(JSON_HEAD, WHOLE),
    ],
  },
  { name: 'an unasked 100', wire: ['HTTP/1.1 100 Continue\r\n\r\n', sized(JSON_HEAD, WHOLE)] },
  {
    name: 'several of them at once',
    wire: [
      `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n${sized(JSON_HEAD, WHOLE)}`,
    ],
  },
  {
    name: 'early hints in pieces',
    wire: ['HTTP/1.1 1', '03 Early Hints\r\nLink', ': <a>\r\n\r', '\n', sized(JSON_HEAD, WHOLE)],
  },
  {
    name: 'early hints where nothing is inspected',
    method: 'GET',
    path: '/v1/models',
    wire: ['HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n', sized(JSON_HEAD, '{}')],
  },
];

const trailers: readonly ReplyCase[] = [
  {
    name: 'trailers',
    wire: [
      `${JSON_HEAD}Trailer: X-Sum\r\n${CHUNKED}`,
      chunk(WHOLE),
      '0\r\nX-Sum: 9\r\nx-cost: 3\r\nX-Cost: 4\r\n\r\n',
    ],
  },
  {
    name: 'trailers that were not announced',
    wire: [`${SSE_HEAD}${CHUNKED}`, chunk(STREAM), '0\r\nServer-Timing: a;dur=1\r\n\r\n'],
    request: streamed,
  },
  {
    name: 'chunk extensions',
    wire: [
      `${JSON_HEAD}${CHUNKED}`,
      chunk(WHOLE.slice(0, 9), ';a=b'),
      chunk(WHOLE.slice(9), ';c="d;e"'),
      '0\r\n\r\n',
    ],
  },
];

/** Replies of every shape, those seen from servers and others. */
export const REPLIES: readonly ReplyCase[] = [
  ...heads,
  ...redirects,
  ...bodiless,
  ...interims,
  ...trailers,
  ...BODIES,
];
