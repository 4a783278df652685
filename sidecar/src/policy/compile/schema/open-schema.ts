import { isRecord } from '../../kinds/record.ts';

/**
 * True if every mapping fits a schema, whatever its members are: `true`, `{}`, `{type: object}`, and the same said at length. False where that is
 * not plain: of a reference, of `oneOf`, of `not`. The schema was compiled as one that is offered, so that unknown keywords have no effect.
 */
export function isOpenSchema(schema: unknown): boolean {
  return fitsAll(schema, true);
}

/** `isMapping`: the value is known to be one; else it is any. */
function fitsAll(schema: unknown, isMapping: boolean): boolean {
  if (!isRecord(schema)) return schema === true;
  return Object.entries(schema).every(([keyword, value]) => {
    const says = Object.hasOwn(OF_MAPPINGS, keyword) ? OF_MAPPINGS[keyword] : undefined;
    if (says !== undefined) return says(value, isMapping);
    return OF_OTHERS.has(keyword) ? isMapping : !CLOSED.has(keyword);
  });
}

type Says = (value: unknown, isMapping: boolean) => boolean;

const OF_MAPPINGS: Readonly<Record<string, Says>> = {
  type: (value, isMapping) => isMapping && [value].flat().includes('object'),
  required: isEmpty,
  minProperties: (value) => value === 0,
  properties: (value) => values(value).every((each) => fitsAll(each, false)),
  patternProperties: (value) => values(value).every((each) => fitsAll(each, false)),
  additionalProperties: (value) => fitsAll(value, false),
  propertyNames: (value) => fitsAll(value, false),
  dependentRequired: (value) => values(value).every(isEmpty),
  dependentSchemas: (value, isMapping) => values(value).every((each) => fitsAll(each, isMapping)),
  allOf: (value, isMapping) => values(value).every((each) => fitsAll(each, isMapping)),
  anyOf: (value, isMapping) => values(value).some((each) => fitsAll(each, isMapping)),
  then: fitsAll,
  else: fitsAll,
};

/** They look at no mapping. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems', 'prefixItems', 'items'],
  ...['contains', 'minContains', 'maxContains'],
]);

/** They may refuse any value. */
const CLOSED: ReadonlySet<string> = new Set(['const', 'enum', 'maxProperties', 'oneOf', 'not', '$ref']);

/** Of a mapping or a list. */
function values(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
