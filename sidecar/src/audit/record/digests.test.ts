import { createHmac } from 'node:crypto';

import fc from 'fast-check';

import type { Json } from './canonical.ts';
import { callFacts, Digests } from './digests.ts';

const KEY = Buffer.alloc(32, 7);
const digests = new Digests(KEY);

/** Names and, in place of digests, whether there is one. */
function names(text: string, by: Digests | null = digests): readonly string[] {
  return callFacts({ name: 'send', arguments: text }, by).arguments.map(
    ({ name, digest }) => `${name}${digest === null ? '' : '#'}`,
  );
}

describe('callFacts', () => {
  it.each<[what: string, text: string, expected: readonly string[]]>([
    ['nothing', ' ', []],
    ['no arguments', '{}', []],
    ['text that is no JSON', '{"to":"a', ['*#']],
    ['a list', '["a"]', ['*#', '*[]#']],
    ['a value alone', '7', ['*#']],
    ['names that are text', '{"my password is x":1,"":2,"é":3}', ['*#', '*#', '*#']],
    ['a name that is too long', `{"${'a'.repeat(65)}":1}`, ['*#']],
    ['a value without a canonical form', '{"a":"\\ud800","b":1e999,"c":1}', ['a', 'b', 'c#']],
    [
      'values in values, outer ones first',
      '{"message":{"to":["a","b"],"at x":1},"id":1}',
      ['message#', 'id#', 'message.to#', 'message.*#', 'message.to[]#', 'message.to[]#'],
    ],
    ['values that lie deeper', '{"a":{"b":{"c":{"d":1}}}}', ['a#', 'a.b#', 'a.b.c#', 'a.b.c.d#']],
    ['values that lie too deep', '{"a":{"b":{"c":{"d":{"e":1}}}}}', ['a#', 'a.b#', 'a.b.c#', 'a.b.c.d#']],
    ['a name of the language', '{"__proto__":1,"constructor":2}', ['__proto__#', 'constructor#']],
  ])('names what is in %s', (_what, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('tells names alone without a key', () => {
    expect(names('{"to":"a","message":{"body":"b"}}', null)).toEqual(['to', 'message', 'message.body']);
  });

  it('counts omitted rows', () => {
    const facts = callFacts({ name: 'send', arguments: JSON.stringify({ ids: Array(40).fill(1) }) }, digests);
    expect(facts.arguments).toHaveLength(16);
    expect(facts.omitted).toBe(25);
  });

  it('takes whatever a model writes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('['.repeat(9_000))), (text) => {
        const facts = callFacts({ name: 'send', arguments: text }, digests);
        expect(facts.arguments.length).toBeLessThanOrEqual(16);
      }),
    );
  });
});

describe('Digests', () => {
  it('match the guide', () => {
    const expected = createHmac('sha256', KEY)
      .update('llm-boundary argument v1\n"a@example.com"')
      .digest('hex');
    expect(digests.of('a@example.com')).toBe(expected.slice(0, 32));
  });

  it.each<[Json, Json]>([
    ['1', 1],
    ['', null],
    [false, null],
    [[], {}],
    [
      ['a', 'b'],
      ['b', 'a'],
    ],
    [1.5, 1],
  ])('tell %j from %j', (one, other) => {
    expect(digests.of(one)).not.toBe(digests.of(other));
  });

  it('are equal for equal values under one key, however they are written, and for no other key', () => {
    const other = new Digests(Buffer.alloc(32, 8));
    expect(other.keyId).not.toBe(digests.keyId);
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const text = JSON.stringify(value, null, 2);
        const digest = digests.of(JSON.parse(text) as Json);
        expect(digest).toBe(digests.of(JSON.parse(JSON.stringify(value)) as Json));
        if (digest !== null) expect(digest).not.toBe(other.of(JSON.parse(text) as Json));
      }),
    );
  });
});
