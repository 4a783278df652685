import { Walk, type Station } from './testing/walk.ts';
import { rows, walking } from './testing/walking.ts';

describe('a client that leaves', () => {
  const request = 'request allow';
  const left = 'close allow client_aborted';
  const stations: readonly [Station, { sent: number; isAborted: boolean; record: readonly string[] }][] = [
    ['half of the request came', { sent: 0, isAborted: false, record: [left] }],
    ['the request is being recorded', { sent: 0, isAborted: false, record: [request, left] }],
    ['the request is out', { sent: 1, isAborted: true, record: [request, left] }],
    ['the head of the reply came', { sent: 1, isAborted: true, record: [request, left] }],
    ['half of the reply came', { sent: 1, isAborted: true, record: [request, left] }],
    ['the reply is being recorded', { sent: 1, isAborted: true, record: [request, 'reply redact', left] }],
    ['the reply is on its way', { sent: 1, isAborted: false, record: [request, 'reply redact'] }],
  ];

  describe.each(stations)('when %s', (station, { sent, isAborted, record }) => {
    it.each(rows)('%s', async (_name, subject) => {
      await walking(subject, async (walk) => {
        await walk.to(station);
        walk.side.socket.destroy();
        await walk.goOn();
        const { upstream } = walk.stage;
        expect(upstream.sent.length).toBe(sent);
        if (isAborted) expect(walk.forwarded.isAborted).toBe(true);
        expect([...walk.record].sort()).toEqual([...record].sort());
      });
    });
  });

  it.each(rows)('under a policy that observes: %s', async (_name, subject) => {
    const walk = new Walk(subject, { policy: 'mode: observe' });
    await walk.to('the request is being recorded');
    walk.side.socket.destroy();
    await walk.goOn();
    expect([walk.stage.upstream.sent.length, walk.record]).toEqual([0, [request, left]]);
    walk.stage.close();
  });
});
