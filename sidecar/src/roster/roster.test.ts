import fc from 'fast-check';

import { Roster, type Entry } from './roster.ts';

describe('a roster', () => {
  it('lists in the order of coming what came and did not go, like a Set', () => {
    const steps = fc.array(fc.oneof(fc.constant('add' as const), fc.nat({ max: 30 })), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (taken) => {
        const roster = new Roster<number>();
        const entries: Entry<number>[] = [];
        const model = new Set<number>();
        for (const step of taken) {
          const known = step === 'add' ? undefined : entries[step];
          if (step === 'add') {
            model.add(entries.length);
            entries.push(roster.add(entries.length));
          } else if (known !== undefined) {
            model.delete(known.value);
            roster.remove(known);
          }
          expect([...roster]).toEqual([...model]);
          expect(roster.size).toBe(model.size);
        }
      }),
    );
  });

  it('points to nothing from what left it', () => {
    const roster = new Roster<string>();
    const [, middle] = [roster.add('a'), roster.add('b'), roster.add('c')];
    roster.remove(middle);
    expect(middle).toEqual({ value: 'b', isListed: false, before: null, after: null });
  });
});
