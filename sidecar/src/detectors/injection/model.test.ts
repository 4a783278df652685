import fc from 'fast-check';
import { parseModel, POINTS, printModel, type Head, type Model } from './model.ts';
import { termKey } from './hashes.ts';
import { SignFinder } from './signs.ts';
import { TermTable } from './terms.ts';

function tails(rank: number): Pick<Head, 'modelTail' | 'signTail'> {
  return {
    modelTail: Array.from({ length: POINTS }, (_, at) => [at, rank]),
    signTail: Array.from({ length: POINTS }, (_, at) => [at / 2, at * rank]),
  };
}

const MODEL: Model = {
  keys: Int32Array.of(7, -7, 2 ** 31 - 1),
  user: { weights: Int8Array.of(-128, 0, 127), scale: 0.5, bias: -1, threshold: 2, ...tails(0.5) },
  untrusted: { weights: Int8Array.of(1, 2, 3), scale: 0.25, bias: 1.5, threshold: -2, ...tails(2) },
};

describe('model file', () => {
  it.each([
    ['empty', new Uint8Array()],
    ['cut', printModel(MODEL).subarray(0, -1)],
    ['longer', Uint8Array.of(...printModel(MODEL), 0)],
    ['of another kind', printModel(MODEL).map((byte, at) => (at === 0 ? byte + 1 : byte))],
    ['of another version', printModel(MODEL).map((byte, at) => (at === 4 ? 1 : byte))],
  ])('refuses a file that is %s', (_, bytes) =>
    expect(() => parseModel(bytes, 'm.bin')).toThrow(/m\.bin is no injection model/),
  );

  it('reads its own output', () => expect(parseModel(printModel(MODEL), 'm.bin')).toEqual(MODEL));
});

describe('TermTable', () => {
  it('finds exactly its keys', () => {
    const keys = fc.uniqueArray(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 300 });
    fc.assert(
      fc.property(keys, keys, (inside, asked) => {
        const table = new TermTable(inside.length);
        inside.forEach((key, at) => table.set(key, at + 1));
        for (const key of [...inside, ...asked]) expect(table.find(key)).toBe(inside.indexOf(key) + 1);
      }),
    );
  });
});

describe('TermTable, a key twice', () => {
  it('has the later payload', () => {
    const table = new TermTable(2);
    table.set(-7, 1);
    table.set(7, 2);
    table.set(-7, 3);
    expect([table.find(-7), table.find(7)]).toEqual([3, 2]);
  });
});

describe('SignFinder', () => {
  const meet = (finder: SignFinder, term: string, at: number, first = 1, place = 0): void =>
    finder.meet(finder.keys.get(termKey(term)) ?? [], at, first, place);
  const found = (words: readonly (readonly [string, number, number?, number?])[]): readonly number[] => {
    const finder = new SignFinder([{ id: 'injection.x', weight: 0.5, phrase: 'drop 2 old 1 orders:' }]);
    for (const [term, at, first, place] of words) meet(finder, term, at, first, place);
    return finder.found;
  };

  it.each([
    [
      'too far apart',
      [
        ['ignor*', 1],
        ['prior', 9],
        ['rules', 10, 1, 2],
      ],
    ],
    [
      'in another order',
      [
        ['prior', 1],
        ['ignor*', 2],
        ['rules', 3, 1, 2],
      ],
    ],
    [
      'in two sentences',
      [
        ['ignor*', 1],
        ['prior', 2],
        ['rules', 3, 3, 2],
      ],
    ],
    [
      'without the colon',
      [
        ['ignor*', 1],
        ['prior', 2],
        ['rules', 3],
      ],
    ],
  ] as const)('finds nothing in words %s', (_, words) => expect(found(words)).toEqual([]));

  it('finds the chain, once', () => {
    expect(
      found([
        ['ignor*', 1],
        ['prior', 3],
        ['rules', 4, 1, 2],
        ['rules', 5, 1, 2],
      ]),
    ).toEqual([0]);
  });
});
