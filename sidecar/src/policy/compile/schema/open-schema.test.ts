import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { compileSchema } from './json-schema.ts';
import { isOpenSchema } from './open-schema.ts';

describe('isOpenSchema', () => {
  it.each<[unknown]>([
    [false],
    [undefined],
    [{ type: 'string' }],
    [{ type: ['array', 'null'] }],
    [{ required: ['a'] }],
    [{ minProperties: 1 }],
    [{ maxProperties: 9 }],
    [{ properties: { a: { type: 'string' } } }],
    [{ properties: { a: { type: 'object' } } }],
    [{ properties: { a: {}, b: { minimum: 0 } } }],
    [{ patternProperties: { '^x': false } }],
    [{ additionalProperties: false }],
    [{ propertyNames: { maxLength: 3 } }],
    [{ dependentRequired: { a: ['b'] } }],
    [{ dependentSchemas: { a: { required: ['b'] } } }],
    [{ allOf: [{}, { required: ['a'] }] }],
    [{ anyOf: [{ required: ['a'] }, { required: ['b'] }] }],
    [{ oneOf: [{}, {}] }],
    [{ not: {} }],
    [{ if: { required: ['a'] }, then: { required: ['b'] } }],
    [{ const: {} }],
    [{ enum: [{}] }],
    [{ $ref: '#/$defs/any', $defs: { any: {} } }],
  ])('is false of %j', (schema) => {
    expect(isOpenSchema(schema)).toBe(false);
  });

  it.each<[unknown]>([
    [true],
    [{}],
    [{ type: 'object' }],
    [{ type: ['object', 'null'] }],
    [
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        title: 'Input',
        format: 'x',
        constructor: 1,
      },
    ],
    [{ type: 'object', properties: {}, required: [], additionalProperties: true, minProperties: 0 }],
    [{ type: 'object', properties: { a: {}, b: true, c: { description: 'anything' } } }],
    [{ minLength: 3, items: { type: 'string' } }],
    [{ allOf: [{}, { type: 'object' }], anyOf: [{ required: ['a'] }, {}], $defs: { a: { type: 'string' } } }],
    [{ if: { required: ['a'] }, then: {} }],
  ])('is true of %j', (schema) => {
    expect(isOpenSchema(schema)).toBe(true);
  });

  it('is true of no schema that a mapping does not fit', () => {
    const schema = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<unknown>(true, false, {}, { type: 'object' }, { type: 'string' }, { minimum: 2 }),
        fc.record(
          {
            properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('any')),
            additionalProperties: tie('any'),
            propertyNames: tie('any'),
            required: fc.subarray(['a', 'b']),
            allOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
            anyOf: fc.array(tie('any'), { minLength: 1, maxLength: 2 }),
            if: tie('any'),
            then: tie('any'),
          },
          { requiredKeys: [] },
        ),
      ),
    })).any;
    const args = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.constantFrom<unknown>(1, 'x', null, {}, []),
    );
    fc.assert(
      fc.property(schema, args, (offered, given) => {
        fc.pre(isOpenSchema(offered));
        expect(compileSchema(offered, 'offered').fault(given)).toBeNull();
      }),
    );
  });
});
