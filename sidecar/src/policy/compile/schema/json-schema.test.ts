import { readFileSync } from 'node:fs';
import { compileSchema, SchemaFault } from './json-schema.ts';

interface Group {
  readonly file: string;
  readonly description: string;
  readonly schema: unknown;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

/**
 * https://github.com/json-schema-org/JSON-Schema-Test-Suite, draft 2020-12, at 44401e0c046704b476ec9d2e2fccdaee618f259d: the groups whose schemas
 * need no other document and none of the keywords that are refused here.
 */
const SUITE = JSON.parse(
  readFileSync(new URL('testdata/draft2020-12.json', import.meta.url), 'utf8'),
) as readonly Group[];

/** Refused here, though the specification lets them pass. */
const STRICTER: ReadonlySet<string> = new Set([
  // No double holds these whole numbers exactly.
  'const: float and integers are equal up to 64-bit representation limits: integer is valid',
  'const: float and integers are equal up to 64-bit representation limits: float is valid',
  // Names that differ in spaces alone.
  'dependentRequired: dependencies with escaped characters: CRLF',
  'properties: properties with escaped characters: object with all numbers is valid',
  'required: required with escaped characters: object with all properties present is valid',
  // A vocabulary without its keywords.
  'vocabulary: schema that uses custom metaschema with with no validation vocabulary: no validation: invalid number, but it still validates',
]);

describe('the official tests of JSON Schema 2020-12', () => {
  it.each(SUITE.map((group) => [`${group.file}: ${group.description}`, group] as const))(
    '%s',
    (name, { schema, tests }) => {
      const compiled = compileSchema(schema, 'offered');
      const seen = tests.map(({ description, data }) => [description, compiled.fault(data) === null]);
      const wanted = tests.map(({ description, valid }) => [
        description,
        valid && !STRICTER.has(`${name}: ${description}`),
      ]);
      expect(seen).toEqual(wanted);
    },
  );
});

function faultOf(schema: unknown, from: 'policy' | 'offered'): string {
  try {
    compileSchema(schema, from);
    return 'compiles';
  } catch (error) {
    if (!(error instanceof SchemaFault)) throw error;
    return `${error.path.join('.')}: ${error.message}`;
  }
}

const MANY_PATTERNS = { anyOf: Array.from({ length: 65 }, (_, index) => ({ pattern: `a{${index + 1}}` })) };
let nested: object = {};
for (let depth = 0; depth < 40; depth += 1) nested = { not: { not: nested } };

describe('a schema that cannot be used', () => {
  it.each<[unknown, string]>([
    [7, ': must be a schema: a mapping, true or false'],
    [{ properties: { to: 'text' } }, 'properties.to: must be a schema: a mapping, true or false'],
    [{ type: 'text' }, 'type: must be null, boolean, object, array, number, integer, string'],
    [{ type: 'constructor' }, 'type: must be null, boolean, object, array, number, integer, string'],
    [{ required: 'to' }, 'required: must be a list of texts'],
    [{ maximum: '3' }, 'maximum: must be a number'],
    [{ maxLength: -1 }, 'maxLength: must be a whole number'],
    [{ multipleOf: 0 }, 'multipleOf: must be more than 0'],
    [{ enum: [] }, 'enum: must be a list that is not empty'],
    [{ allOf: {} }, 'allOf: must be a list that is not empty'],
    [{ properties: [] }, 'properties: must be a mapping'],
    [{ items: [{}] }, 'items: this keyword is not supported here'],
    [{ $ref: 'https://example.com/schema.json' }, '$ref: must refer to a part of this schema: # or #/…'],
    [{ $ref: 'other.json#/a' }, '$ref: must refer to a part of this schema: # or #/…'],
    [{ $ref: '#/$defs/none' }, '$ref: refers to nothing'],
    [{ $ref: '#/__proto__' }, '$ref: refers to nothing'],
    [{ properties: { a: { $id: 'b' } } }, 'properties.a.$id: this keyword is not supported here'],
    [{ unevaluatedProperties: false }, 'unevaluatedProperties: this keyword is not supported here'],
    [{ $defs: { unused: { type: 'x' } } }, '$defs.unused.type: must be null'],
    [{ properties: { to: { pattern: '(?=a)' } } }, 'properties.to.pattern: RE2 refuses this pattern'],
    [{ pattern: '(a)\\1' }, 'pattern: RE2 refuses this pattern'],
    [{ patternProperties: { '(': {} } }, 'patternProperties.(: RE2 refuses this pattern'],
    [{ pattern: 'a'.repeat(1025) }, 'pattern: at most 64 patterns'],
    [MANY_PATTERNS, 'anyOf.64.pattern: at most 64 patterns'],
    [{ allOf: Array.from({ length: 1024 }, () => ({})) }, 'allOf.1023: the schema is too large'],
    [nested, 'the schema is too large'],
  ])('%j', (schema, fault) => {
    for (const from of ['policy', 'offered'] as const) expect(faultOf(schema, from)).toContain(fault);
  });

  it.each<[object, string]>([
    [{ properties: { to: { format: 'email' } } }, 'properties.to.format: formats are not checked'],
    [{ propertes: {} }, 'propertes: unknown keyword'],
    [
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      '$schema: only https://json-schema.org/draft/2020-12',
    ],
  ])('%j in a policy, where what has no effect is an error', (schema, fault) => {
    expect(faultOf(schema, 'policy')).toContain(fault);
    expect(faultOf(schema, 'offered')).toBe('compiles');
  });
});

describe('arguments', () => {
  const schema = compileSchema(
    {
      properties: { to: { enum: ['a@shop.test'] }, amount: { type: 'number', maximum: 50 } },
      required: ['to'],
    },
    'policy',
  );

  it.each<[string, unknown, string]>([
    ['a missing one', {}, 'required'],
    ['too much', { to: 'a@shop.test', amount: 51 }, 'properties.amount.maximum'],
    ['another type', { to: 'a@shop.test', amount: '5' }, 'properties.amount.type'],
    ['a name in another case', { to: 'a@shop.test', Amount: 51 }, ''],
    ['a name twice after folding', { to: 'a@shop.test', x_y: 1, xY: 2 }, ''],
  ])('%s does not fit', (_what, args, fault) => {
    expect(schema.fault(args)).toBe(fault);
  });

  it('fit', () => {
    expect(schema.fault({ to: 'a@shop.test', amount: 50, note: 'x' })).toBeNull();
    expect(schema.names('amount')).toBe(true);
    expect(schema.names('note')).toBe(false);
  });

  it.each<[string, unknown, unknown]>([
    ['refers to itself', { $ref: '#' }, {}],
    [
      'tries every part again at every level',
      {
        anyOf: [{ $ref: '#/$defs/a' }],
        $defs: {
          a: {
            anyOf: [
              { items: { $ref: '#/$defs/a' }, minItems: 9 },
              { items: { $ref: '#/$defs/a' }, minItems: 8 },
              { items: { $ref: '#/$defs/a' }, maxItems: 0 },
            ],
          },
        },
      },
      deepList(60),
    ],
    [
      'compares long texts',
      { allOf: Array.from({ length: 1000 }, () => ({ minLength: 1 })) },
      'a'.repeat(1e6),
    ],
    [
      'finds equal items',
      { allOf: Array.from({ length: 1000 }, () => ({ uniqueItems: true })) },
      [['a'.repeat(1e5)]],
    ],
  ])('a schema that %s ends, and refuses', (_what, costly, args) => {
    expect(compileSchema(costly, 'policy').fault(args)).not.toBeNull();
  });
});

function deepList(depth: number): unknown {
  let value: unknown = [];
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}
