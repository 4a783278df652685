import fc from 'fast-check';

import { KnownNames, Names } from './names.ts';
import type { Place } from './place.ts';
import { BodyReader } from './reader.ts';

const NAMES = ['max_tokens', 'maxTokens', 'n', 'kids', 'toString', '__proto__'] as const;
const KNOWN = new KnownNames(NAMES);
const someNames = fc.constantFrom(
  ...NAMES,
  'N',
  'MaxTokens',
  'K\u0131ds',
  '\u212aids',
  'other',
  'constructor',
);

function placeOf(keys: readonly string[]): Place {
  const body = JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:1`).join(',')}}`) as Record<
    string,
    number
  >;
  return new BodyReader(body).root;
}

/** What a place says of a key: the reason why it is refused, or whether it was asked for. */
function of(place: Place, key: string): unknown {
  try {
    place.refuseVariant(key);
  } catch (error) {
    return String(error);
  }
  return place.knows(key);
}

test('known names are as names that are asked for one by one', () => {
  fc.assert(
    fc.property(fc.uniqueArray(someNames), someNames, (keys, key) => {
      const [one, other] = [placeOf(keys), placeOf(keys)];
      const present = NAMES.filter((name) => one.get(name) !== null);
      expect(other.present(KNOWN)).toEqual(present);
      expect(of(other, key)).toEqual(of(one, key));
    }),
  );
});

test('a name that is added again takes no place', () => {
  const names = new Names();
  for (let count = 0; count < 100; count += 1) for (const name of NAMES) names.add(name);
  expect(NAMES.map((name) => names.has(name))).toEqual(NAMES.map(() => true));
  expect(names.variantOf('N')).toBe('n');
});
