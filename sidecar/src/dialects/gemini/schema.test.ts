import { jsonSchemaOf } from './schema.ts';

describe('a schema in the form of Gemini', () => {
  it('becomes JSON Schema', () => {
    expect(
      jsonSchemaOf({
        type: 'OBJECT',
        properties: {
          type: { type: 'STRING', enum: ['a'], format: 'enum', description: 'd' },
          list: { type: 'ARRAY', min_items: '1', items: { type: 'INTEGER', format: 'int32' } },
          maybe: { type: 'NUMBER', nullable: true },
          other: { any_of: [{ type: 'STRING' }, { ref: '#/defs/node' }] },
        },
        required: ['type'],
        propertyOrdering: ['type'],
        defs: { node: { type: 'BOOLEAN' } },
      }),
    ).toEqual({
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['a'] },
        list: { type: 'array', minItems: 1, items: { type: 'integer' } },
        maybe: { anyOf: [{ type: 'number' }, { type: 'null' }] },
        other: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/node' }] },
      },
      required: ['type'],
      $defs: { node: { type: 'boolean' } },
    });
  });

  it.each([null, 'STRING', 7, true])('%j stays as it is', (value) => {
    expect(jsonSchemaOf(value)).toBe(value);
  });
});
