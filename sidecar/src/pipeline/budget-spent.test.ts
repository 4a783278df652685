import { Walk } from './testing/walk.ts';
import {
  rows,
  wholeRows,
  streamedRows,
  walking,
  expectFailure,
  expectRefusal,
  expectPlainRefusal,
} from './testing/walking.ts';

describe('a budget that is spent', () => {
  it.each(rows)('of places: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      await walk.to('half of the reply came');
      expect(await walk.another()).toBe(429);
      walk.side.socket.destroy();
      await walk.goOn();
    });
  });

  it.each(rows)('of requests: %s', async (_name, subject) => {
    const walk = new Walk(subject, { limits: 'requestsPerMinute: 1' });
    await walk.through();
    expect(await walk.another()).toBe(429);
    walk.stage.time.pass(60_000);
    expect(await walk.another()).toBe(200);
    walk.stage.close();
  });

  it.each(rows.filter(([, { isModel }]) => isModel))(
    'of tokens, which the first reply spends: %s',
    async (_name, subject) => {
      const walk = new Walk(subject, { limits: 'tokensPerMinute: 1' });
      await walk.through();
      expect([walk.side.status, walk.side.end]).toEqual([200, 'complete']);
      expect(await walk.another()).toBe(429);
      walk.stage.close();
    },
  );

  it.each(rows)('of bytes of a request: %s', async (_name, subject) => {
    const walk = new Walk(subject, { limits: 'requestBytes: 16' });
    await walk.to('half of the request came');
    await expectPlainRefusal(walk, 413, 'body_too_large');
    expect(walk.stage.upstream.sent).toEqual([]);
    walk.stage.close();
  });

  it.each(rows)('of memory for a request: %s', async (_name, subject) => {
    const walk = new Walk(subject, { bodyMemoryBytes: 8 });
    await walk.to('half of the request came');
    await expectPlainRefusal(walk, 429, 'limit_exceeded');
    expect(walk.stage.upstream.sent).toEqual([]);
    walk.stage.close();
  });

  it.each(wholeRows)('of bytes of a reply: %s', async (_name, subject) => {
    await walking(
      subject,
      async (walk) => {
        await walk.to('half of the reply came');
        await expectRefusal(walk, 502, 'limits.responseBytes (16)');
        expect(walk.forwarded.isAborted).toBe(true);
        expect(walk.record.at(-1)).toBe('close block response_malformed refused');
      },
      { limits: 'responseBytes: 16' },
    );
  });

  it.each(streamedRows.filter(([, { isModel }]) => isModel))(
    'of characters that a stream may hold: %s',
    async (_name, subject) => {
      await walking(
        subject,
        async (walk) => {
          await walk.through();
          expectFailure(walk, 'limits.holdChars');
        },
        { limits: 'holdChars: 1' },
      );
    },
  );
});
