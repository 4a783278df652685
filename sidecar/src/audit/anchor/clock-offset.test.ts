import fc from 'fast-check';

import { isNewOffset, offsetOf, type OffsetMeasurement } from './clock-offset.ts';

function measured(offset_ms: number, round_trip_ms: number): OffsetMeasurement {
  return { offset_ms, round_trip_ms };
}

describe('the offset to the anchor', () => {
  it.each<[what: string, recorded: OffsetMeasurement | null, next: OffsetMeasurement, isNew: boolean]>([
    ['the first one', null, measured(0, 9_000), true],
    ['the same', measured(5, 20), measured(5, 20), false],
    ['a second', measured(0, 20), measured(1_000, 20), false],
    ['more than a second', measured(0, 20), measured(1_021, 20), true],
    ['more than a second, back', measured(0, 20), measured(-1_021, 20), true],
    ['more than a second, within what slow requests hide', measured(0, 20), measured(2_400, 4_000), false],
    ['more than that', measured(0, 20), measured(3_020, 4_000), true],
    ['a precise one after a coarse one', measured(300, 4_000), measured(5, 2_000), true],
    ['a slightly more precise one', measured(300, 4_000), measured(5, 2_001), false],
    ['a precise one after a precise one', measured(300, 900), measured(5, 2), false],
  ])('is recorded or not: %s', (_what, recorded, next, isNew) => {
    expect(isNewOffset(recorded, next)).toBe(isNew);
  });

  it('is off by half of the round trip at most, whenever the anchor read its clock', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (leadMs, roundTripMs, at) => {
          const sentMs = 1.7e12;
          const { offset_ms, round_trip_ms } = offsetOf(
            sentMs,
            roundTripMs,
            sentMs + at * roundTripMs - leadMs,
          );
          // The halves of milliseconds that rounding takes.
          expect(Math.abs(offset_ms - leadMs)).toBeLessThanOrEqual(round_trip_ms / 2 + 1);
        },
      ),
    );
  });
});
