import { whole } from './testing/exchanges.ts';
import { shadowed } from './testing/shadowed.ts';

const STRICT = 'models: { allow: [large] }';
function never(): void {
  // Its rest never ends.
}

describe('the bounds of a shadow', () => {
  it('a queue that is full leaves out what comes, and delays nothing', async () => {
    await shadowed({ live: '', shadow: STRICT, rest: never }, async (rig) => {
      for (let sent = 0; sent < 66; sent += 1)
        expect((await rig.send(whole('hello', 'hi'))).status).toBe(200);
      expect(rig.judged).toEqual(['skipped none budget', 'skipped none budget']);
    });
  });

  it('a request that is too large for its memory is left out', async () => {
    await shadowed(
      { live: 'limits: { requestBytes: 8388608, detectorMs: 60000 }', shadow: STRICT },
      async (rig) => {
        const { body, ...asked } = whole('x'.repeat(4 * 1024 * 1024), 'hi');
        expect((await rig.send({ ...asked, body: body ?? null })).status).toBe(200);
        await rig.until(1);
        expect(rig.judged).toEqual(['skipped none budget']);
      },
    );
  });

  it('a record that takes nothing changes nothing, and the difference is counted', async () => {
    const append = (): Promise<void> => Promise.reject(new Error('on purpose'));
    await shadowed({ live: '', shadow: STRICT, append }, async (rig) => {
      expect((await rig.send(whole('hello', 'hi'))).status).toBe(200);
      await rig.until(1);
      expect(rig.judged).toEqual(['would_refuse action model_not_allowed']);
      expect(rig.lines).toEqual([]);
    });
  });

  it('beyond a burst differences have no line, and are counted as such at the end', async () => {
    await shadowed({ live: '', shadow: STRICT }, async (rig) => {
      for (let sent = 0; sent < 120; sent += 1) {
        await rig.send(whole('hello', 'hi'));
        await rig.until(sent + 1);
      }
      await rig.shadow.close();
      const told = rig.lines.at(-1);
      expect(told).toMatchObject({
        kind: 'shadow_tally',
        fields: { same: 0, would_refuse: 120, skipped: 0 },
      });
      const recorded = rig.lines.filter(({ kind }) => kind === 'shadow').length;
      expect(Number(told?.fields['unrecorded']) + recorded).toBe(120);
      expect(recorded).toBeGreaterThanOrEqual(100);
    });
  });
});
