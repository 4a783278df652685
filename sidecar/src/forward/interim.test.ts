import { InterimReplies, type InterimReply } from './interim.ts';

const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

function passed(pieces: readonly string[]): {
  readonly rest: string;
  readonly found: readonly InterimReply[];
} {
  const replies = new InterimReplies();
  replies.begin();
  const found: InterimReply[] = [];
  const rest = pieces.map((piece) =>
    replies.push(Buffer.from(piece, 'latin1'), (reply) => found.push(reply)),
  );
  return { rest: rest.map((bytes) => bytes?.toString('latin1') ?? '').join(''), found };
}

describe('informational replies', () => {
  it.each([
    ['a status line that is none', 'HTTP/1.1 1000 Odd\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 103 Early\r\nA: b\r\n c\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 103 Early\nA: b\n\n\r\n\r\n'],
    ['another protocol', 'SIP/2.0 100 Trying\r\n\r\n'],
    ['a head without an end', `HTTP/1.1 103 Early\r\nA: ${'x'.repeat(70_000)}`],
  ])('leaves %s to the parser', (_name, bytes) => {
    expect(passed([`${bytes}${FINAL}`])).toEqual({ rest: `${bytes}${FINAL}`, found: [] });
  });

  it('takes out at most 256', () => {
    const { rest, found } = passed(['HTTP/1.1 100 Continue\r\n\r\n'.repeat(300), FINAL]);
    expect([found.length, rest.startsWith('HTTP/1.1 100 Continue'), rest.endsWith(FINAL)]).toEqual([
      256,
      true,
      true,
    ]);
  });

  it('takes out every one before the reply, however it is cut', () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nlink:</b>\r\n\r\n';
    const all = `HTTP/1.0 100 \r\n\r\n${early}HTTP/1.1 102\r\n\r\n${FINAL}`;
    const expected = [
      { status: 100, reason: '', headers: [] },
      {
        status: 103,
        reason: 'Early Hints',
        headers: [
          ['Link', '</a>; rel=preload'],
          ['link', '</b>'],
        ],
      },
      { status: 102, reason: '', headers: [] },
    ];
    for (let cut = 0; cut <= all.length; cut += 1)
      expect(passed([all.slice(0, cut), all.slice(cut)])).toEqual({ rest: FINAL, found: expected });
    expect(passed(all.match(/[^]/g) ?? []).rest).toBe(FINAL);
  });

  it('looks at nothing between and behind replies', () => {
    const replies = new InterimReplies();
    const early = Buffer.from('HTTP/1.1 103 Early\r\n\r\n');
    expect(replies.push(early, () => undefined)).toBe(early);
    replies.begin();
    replies.push(Buffer.from(FINAL), () => undefined);
    expect(replies.push(early, () => undefined)).toBe(early);
  });
});
