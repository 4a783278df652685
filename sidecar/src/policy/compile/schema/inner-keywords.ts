import { isRecord } from '../../kinds/record.ts';
import type { Check, SchemaPart } from './schema-part.ts';
import { check, formOf } from './value-keywords.ts';

/** Keywords that look at the values in a list or a mapping (JSON Schema 2020-12 Core §10.3, Validation §6.4, §6.5). @throws SchemaFault */
export function innerChecks(part: SchemaPart): readonly Check[] {
  return [...ofLists(part), ...ofMappings(part)];
}

function ofLists(part: SchemaPart): readonly Check[] {
  const all: Check[] = [];
  const list = (keyword: string, fits: (items: readonly unknown[]) => boolean): void => {
    all.push(check(part, keyword, (value) => !Array.isArray(value) || fits(value)));
  };
  const [fewest, most] = [part.count('minItems'), part.count('maxItems')];
  if (fewest !== undefined) list('minItems', ({ length }) => length >= fewest);
  if (most !== undefined) list('maxItems', ({ length }) => length <= most);
  if (part.get('uniqueItems') === true)
    all.push(
      check(part, 'uniqueItems', (value, work) => {
        if (!Array.isArray(value)) return true;
        return new Set(value.map((item: unknown) => formOf(item, work))).size === value.length;
      }),
    );
  const first = part.schemas('prefixItems') ?? [];
  const rest = part.schema('items');
  if (first.length > 0 || rest !== undefined)
    all.push((value, work) => {
      if (!Array.isArray(value)) return null;
      return firstFault(value, (item, index) => (first[index] ?? rest)?.(item, work) ?? null);
    });
  return [...all, ...containing(part)];
}

function containing(part: SchemaPart): readonly Check[] {
  const contained = part.schema('contains');
  const [fewest, most] = [part.count('minContains') ?? 1, part.count('maxContains') ?? Infinity];
  if (contained === undefined) return [];
  return [
    check(part, 'contains', (value, work) => {
      if (!Array.isArray(value)) return true;
      const found = value.filter((item) => contained(item, work) === null).length;
      return found >= fewest && found <= most;
    }),
  ];
}

type Mapping = Readonly<Record<string, unknown>>;

function ofMappings(part: SchemaPart): readonly Check[] {
  const all: Check[] = [];
  const mapping = (keyword: string, fits: (value: Mapping) => boolean): void => {
    all.push(check(part, keyword, (value) => !isRecord(value) || fits(value)));
  };
  const [fewest, most] = [part.count('minProperties'), part.count('maxProperties')];
  if (fewest !== undefined) mapping('minProperties', (value) => Object.keys(value).length >= fewest);
  if (most !== undefined) mapping('maxProperties', (value) => Object.keys(value).length <= most);
  const required = part.get('required');
  if (required !== undefined) {
    const names = noted(part, part.texts(required, 'required'));
    mapping('required', (value) => names.every((name) => Object.hasOwn(value, name)));
  }
  for (const [name, needed] of part.entries('dependentRequired') ?? []) {
    const names = noted(part, part.texts(needed, 'dependentRequired', name));
    mapping(
      'dependentRequired',
      (value) => !Object.hasOwn(value, name) || names.every((each) => Object.hasOwn(value, each)),
    );
  }
  for (const [name, schema] of part.schemasByName('dependentSchemas') ?? []) {
    part.note(name);
    all.push((value, work) => (isRecord(value) && Object.hasOwn(value, name) ? schema(value, work) : null));
  }
  return [...all, ...properties(part), ...propertyNames(part)];
}

function noted(part: SchemaPart, names: readonly string[]): readonly string[] {
  for (const name of names) part.note(name);
  return names;
}

function properties(part: SchemaPart): readonly Check[] {
  const own = new Map(part.schemasByName('properties'));
  for (const name of own.keys()) part.note(name);
  const patterns = (part.schemasByName('patternProperties') ?? []).map(
    ([source, schema]) => [part.pattern(source, 'patternProperties', source), schema] as const,
  );
  const others = part.schema('additionalProperties');
  if (own.size === 0 && patterns.length === 0 && others === undefined) return [];
  return [
    (value, work) => {
      if (!isRecord(value)) return null;
      return firstFault(Object.entries(value), ([name, member]) => {
        const named = own.get(name);
        if (patterns.length > 0) work.spend(name.length * patterns.length);
        const matching = patterns.filter(([matches]) => matches(name)).map(([, schema]) => schema);
        const all = named === undefined ? matching : [named, ...matching];
        if (all.length === 0) return others?.(member, work) ?? null;
        return firstFault(all, (schema) => schema(member, work));
      });
    },
  ];
}

function propertyNames(part: SchemaPart): readonly Check[] {
  const schema = part.schema('propertyNames');
  if (schema === undefined) return [];
  return [
    (value, work) => (isRecord(value) ? firstFault(Object.keys(value), (name) => schema(name, work)) : null),
  ];
}

/** The first path that `look` finds; null for none. */
function firstFault<T>(
  items: readonly T[],
  look: (item: T, index: number) => ReturnType<Check>,
): ReturnType<Check> {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found !== null) return found;
  }
  return null;
}
