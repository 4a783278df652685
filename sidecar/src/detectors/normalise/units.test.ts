import type { Unit } from './reading.ts';
import { PackedUnits } from './units.ts';

function unit(index: number): Unit {
  return {
    start: 3 * index,
    end: 3 * index + 2,
    at: 2 * index,
    length: 1,
    from: 2,
    to: 1,
    by: index % 2 ? 'hex' : 'escape',
  };
}

it.each([0, 1, 2, 1_023, 1_024, 1_025, 5_000])('%d packed units are those of an array', (count) => {
  const units = Array.from({ length: count }, (_, index) => unit(index));
  const packed = new PackedUnits();
  for (const one of units) packed.push(one);
  expect(packed).toHaveLength(count);
  for (const index of [
    -count - 1,
    -count,
    -2,
    -1,
    0,
    1,
    count >> 1,
    count - 1,
    count,
    count + 1,
    count + 2_048,
  ])
    expect(packed.at(index)).toEqual(units.at(index));
});
