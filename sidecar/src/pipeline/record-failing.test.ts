import { UpstreamError } from '../forward/upstream-error.ts';
import { rows, wholeRows, walking, expectFailure, expectRefusal } from './testing/walking.ts';

describe('a record that fails', () => {
  it.each(rows)('of the request, nothing is forwarded: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      walk.stage.ledger.fails = () => true;
      await walk.to('the request is being recorded');
      walk.stage.ledger.release();
      await expectRefusal(walk, 503, 'audit_unavailable');
      expect([walk.stage.upstream.sent, walk.record]).toEqual([[], []]);
    });
  });

  it.each(rows)('of the reply, nothing behind it leaves: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      await walk.to('the request is out');
      walk.stage.ledger.fails = () => true;
      await walk.through();
      expectFailure(walk, 'audit_unavailable');
      if (!subject.isStreamed) expect(walk.side.status).toBe(subject.refusedWith(503));
      expect(walk.record).toEqual(['request allow']);
    });
  });

  it.each(rows)('of the reply, after its client has gone: %s', async (_name, subject) => {
    await walking(subject, async (walk) => {
      await walk.to('the reply is being recorded');
      walk.stage.ledger.fails = () => true;
      walk.side.socket.destroy();
      await walk.goOn();
      expect(walk.record).toEqual(['request allow']);
    });
  });

  it.each(wholeRows)(
    'of a failure of the upstream is what the client hears of: %s',
    async (_name, subject) => {
      await walking(subject, async (walk) => {
        await walk.to('the request is out');
        walk.stage.ledger.fails = () => true;
        walk.forwarded.sink.error(new UpstreamError('broken'));
        await expectRefusal(walk, 503, 'audit_unavailable');
      });
    },
  );

  it.each(rows)('stops nothing where policy does not require the record: %s', async (_name, subject) => {
    await walking(
      subject,
      async (walk) => {
        walk.stage.ledger.fails = () => true;
        await walk.through();
        expect([walk.side.status, walk.side.end]).toEqual([200, 'complete']);
        expect(walk.side.body).toContain('[EMAIL]');
      },
      { policy: 'audit: { required: false }' },
    );
  });
});
