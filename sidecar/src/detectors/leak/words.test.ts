import fc from 'fast-check';

import { eachWord, wordsOf } from './words.ts';

const FNV_BASIS = 0x811c9dc5;
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'Z', '7', ' ', '-', '\n', '\0') }),
  fc.string({ unit: 'grapheme' }),
);

test('all words at once are those that are read one by one', () => {
  fc.assert(
    fc.property(text, (read) => {
      const { count, starts, ends, hashes } = wordsOf(read);
      const columns = Array.from({ length: count }, (_, at) => ({
        start: starts[at],
        end: ends[at],
        hash: (hashes[at] ?? 0) >>> 0,
      }));
      expect(columns).toEqual([...eachWord(read, FNV_BASIS)]);
    }),
  );
});
