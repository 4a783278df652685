/** mulberry32: a small seeded generator, sufficient for mutations. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Fragments of request smuggling, lenient parsing and ambiguous JSON. */
const PIECES: readonly string[] = [
  ...['\r', '\n', '\r\n', '\0', ' ', '\t', '\x0b', ':', ';', ',', '0', '+', '-', '\x7f', '\xff', '\\', '/'],
  ...[
    '\r\n ',
    '0\r\n\r\n',
    'ffff\r\n',
    '%2f',
    '..',
    '//',
    '?',
    '#',
    '{',
    '}',
    '[',
    ']',
    '"',
    'null',
    '1e999',
  ],
  ...['Content-Length: 3\r\n', 'Content-Length: 0\r\n', 'Content-Length: 9999\r\n', 'Content_Length: 1\r\n'],
  ...['Transfer-Encoding: chunked\r\n', 'Transfer-Encoding: identity\r\n', 'Transfer-Encoding:\tchunked\r\n'],
  ...['Content-Encoding: gzip\r\n', 'Content-Encoding: identity\r\n', 'Content-Type: text/plain\r\n'],
  ...[
    'Expect: 100-continue\r\n',
    'Connection: close\r\n',
    'Connection: content-length\r\n',
    'Host: other\r\n',
  ],
  ...[
    'Upgrade: websocket\r\nConnection: Upgrade\r\n',
    'Trailer: X-T\r\n',
    'HTTP/1.0',
    'HTTP/2.0',
    'GET ',
    'PUT ',
  ],
  ...[
    '"messages":[],',
    '"content":"hi",',
    '"prompt":"",',
    '"role":"system",',
    '\\u0000',
    '\\ud800',
    '\xef\xbb\xbf',
  ],
  ...['POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n', '/v1/models', '/V1/', '/v1/chat/completions'],
];

/** One to three changes: a piece inserted, bytes deleted, duplicated, swapped or changed, or the rest cut off. */
export function mutate(seed: string, pick: (below: number) => number): string {
  let bytes = seed;
  for (let changes = 1 + pick(3); changes > 0; changes--) {
    const at = pick(bytes.length + 1);
    const length = 1 + pick(12);
    const [before, hit, after] = [bytes.slice(0, at), bytes.slice(at, at + length), bytes.slice(at + length)];
    const piece = PIECES[pick(PIECES.length)] ?? '';
    const made = [
      before + piece + hit + after,
      before + piece + after,
      before + after,
      before + hit + hit + after,
      before + String.fromCharCode(pick(256)) + hit.slice(1) + after,
      before + hit.toUpperCase() + after,
      pick(8) === 0 ? before : before + hit + piece + after,
    ];
    bytes = made[pick(made.length)] ?? bytes;
  }
  return bytes;
}
