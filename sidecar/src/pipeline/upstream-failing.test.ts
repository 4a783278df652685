import { gzipSync } from 'node:zlib';

import { UpstreamError, type UpstreamErrorCode } from '../forward/upstream-error.ts';
import { settled } from './testing/staged.ts';
import { until } from '../testing/until.ts';
import { type Station } from './testing/walk.ts';
import { rows, streamedRows, walking, expectFailure, expectRefusal } from './testing/walking.ts';

describe('an upstream that fails', () => {
  const faults: readonly [UpstreamErrorCode, { status: number; code: string; outcome: string }][] = [
    ['connect_failed', { status: 502, code: 'upstream_unavailable', outcome: 'upstream_failed' }],
    ['connect_timeout', { status: 502, code: 'upstream_unavailable', outcome: 'upstream_failed' }],
    ['resolve_failed', { status: 502, code: 'upstream_unavailable', outcome: 'upstream_failed' }],
    ['forbidden_address', { status: 502, code: 'upstream_unavailable', outcome: 'refused' }],
    ['tls_failed', { status: 502, code: 'upstream_unavailable', outcome: 'upstream_failed' }],
    ['headers_timeout', { status: 502, code: 'upstream_unavailable', outcome: 'upstream_failed' }],
    ['broken', { status: 502, code: 'upstream_unavailable', outcome: 'upstream_failed' }],
    ['malformed_reply', { status: 502, code: 'response_malformed', outcome: 'upstream_failed' }],
    ['request_invalid', { status: 502, code: 'upstream_unavailable', outcome: 'refused' }],
    ['overloaded', { status: 502, code: 'upstream_unavailable', outcome: 'refused' }],
    ['closed', { status: 502, code: 'upstream_unavailable', outcome: 'refused' }],
  ];

  describe.each(faults)('with %s before its reply', (fault, { status, code, outcome }) => {
    it.each(rows)('%s', async (_name, subject) => {
      await walking(subject, async (walk) => {
        await walk.to('the request is out');
        walk.forwarded.sink.error(new UpstreamError(fault));
        await expectRefusal(walk, status, code);
        expect(walk.record).toEqual(['request allow', `close block ${code} ${outcome}`]);
      });
    });
  });

  it.each(rows)('before `send` returns: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      walk.stage.upstream.failsAtOnce = new UpstreamError('overloaded');
      await walk.to('the request is out');
      await expectRefusal(walk, 502, 'upstream_unavailable');
      expect(walk.record).toEqual(['request allow', 'close block upstream_unavailable refused']);
    });
  });

  describe.each<readonly [UpstreamErrorCode, string]>([
    ['broken', 'upstream_unavailable'],
    ['body_timeout', 'upstream_unavailable'],
    ['malformed_reply', 'response_malformed'],
  ])('with %s', (fault, code) => {
    describe.each<[Station]>([['the head of the reply came'], ['half of the reply came']])(
      'when %s',
      (station) => {
        it.each(rows)('%s', async (_name, subject) => {
          await walking(subject, async (walk) => {
            await walk.to(station);
            walk.forwarded.sink.error(new UpstreamError(fault));
            await until('an end', () => walk.side.end !== 'open');
            await settled();
            expectFailure(walk, code);
            if (!subject.isStreamed) expect(walk.side.status).toBe(subject.refusedWith(502));
            expect(walk.record.at(-1)).toBe(`close block ${code} upstream_failed`);
          });
        });
      },
    );
  });

  it.each(streamedRows)('to end its stream: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      await walk.to('half of the reply came');
      walk.forwarded.sink.end([]);
      await until('an end', () => walk.side.end !== 'open');
      await settled();
      expect(
        walk.side.end === 'broken' || /upstream_unavailable|response_malformed/.test(walk.side.body),
      ).toBe(true);
      expect(walk.record.at(-1)).toMatch(
        /^close block (?:upstream_unavailable|response_malformed) upstream_failed$/,
      );
    });
  });

  it.each(rows)('repeating its request: a redirect to another host: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      await walk.to('the request is out');
      const headers = [['location', 'http://other.test/']] as const;
      walk.forwarded.sink.head({ status: 307, reason: '', headers, rawHeaders: headers });
      await expectRefusal(walk, 502, 'response_malformed');
      expect(walk.forwarded.isAborted).toBe(true);
      expect(walk.record.at(-1)).toBe('close block response_malformed refused');
    });
  });

  it.each(rows)('to name a coding that exists: %s', async (_name, subject) => {
    await walking(
      subject,
      async (walk) => {
        await walk.to('the head of the reply came');
        await expectRefusal(walk, 502, 'response_malformed');
        expect(walk.forwarded.isAborted).toBe(true);
      },
      { headers: [['content-encoding', 'rot13']] },
    );
  });

  it.each(rows)('to end its compressed reply: %s', async (_name, subject) => {
    const packed = gzipSync(subject.reply);
    await walking(
      subject,
      async (walk) => {
        await walk.to('half of the reply came');
        walk.forwarded.sink.end([]);
        await until('an end', () => walk.side.end !== 'open');
        expectFailure(walk, 'response_malformed');
      },
      { headers: [['content-encoding', 'gzip']], reply: packed.subarray(0, packed.length - 12) },
    );
  });
});
