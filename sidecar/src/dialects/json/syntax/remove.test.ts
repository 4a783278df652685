import fc from 'fast-check';

import { Malformed } from '../../malformed.ts';
import { removeParts } from './remove.ts';

describe('removeParts', () => {
  it.each([
    ['{"a":1}', ['']],
    ['{"a":1}', ['/b']],
    ['{"a":1}', ['/a/b']],
    ['[1,2]', ['/2']],
    ['"a"', ['/0']],
  ])('refuses to remove from %s what is not there: %j', (text, pointers) => {
    expect(() => removeParts(text, pointers)).toThrow(Malformed);
  });

  it.each([
    ['{ "a" : [ 1 , "}" , 3 ] , "b" : 1.0 }', ['/a/1'], '{"a" : [1,3],"b" : 1.0}'],
    ['{"a":1,"b":2}', ['/a', '/b'], '{}'],
    ['[{"x":[0]},{"x":[1]}]', ['/0', '/1/x/0'], '[{"x":[]}]'],
    ['{"a/b":1,"c~":[],"d#":2}', ['/a~1b', '/d~2'], '{"c~":[]}'],
    ['{"\\u0061":1,"b":9007199254740993}', ['/a'], '{"b":9007199254740993}'],
    ['{"a":[[],[1,[2,3]]]}', ['/a/1/1/0'], '{"a":[[],[1,[3]]]}'],
    [' {"a":1} ', [], ' {"a":1} '],
  ])('takes parts out of %s: %j', (text, pointers, expected) => {
    expect(removeParts(text, pointers)).toBe(expected);
  });

  it('equals filtering the parsed array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 2 })), fc.func(fc.boolean()), (items, goes) => {
        const gone = items.flatMap((_item, index) => (goes(index) ? [`/list/${index}`] : []));
        const text = removeParts(JSON.stringify({ list: items, rest: 1 }, null, 1), gone);
        const kept = items.filter((_item, index) => !goes(index));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ list: kept, rest: 1 })));
      }),
    );
  });
});
