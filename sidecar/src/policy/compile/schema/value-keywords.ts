import { canonicalJson } from '../../kinds/canonical-json.ts';
import { isRecord } from '../../kinds/record.ts';
import type { Check, SchemaPart, SchemaPath } from './schema-part.ts';
import type { Work } from './work.ts';

/** Keywords that look at a value without the values in it (JSON Schema 2020-12 Validation §6). @throws SchemaFault */
export function valueChecks(part: SchemaPart): readonly Check[] {
  return [...types(part), ...equals(part), ...numbers(part), ...texts(part)];
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  object: isRecord,
  array: Array.isArray,
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  string: (value) => typeof value === 'string',
};

function types(part: SchemaPart): readonly Check[] {
  const type = part.get('type');
  if (type === undefined) return [];
  const names = typeof type === 'string' ? [type] : part.texts(type, 'type');
  const tests = names.map((name) => {
    const test = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
    if (test === undefined) throw part.fault(['type'], `must be ${Object.keys(TYPES).join(', ')}`);
    return test;
  });
  return [check(part, 'type', (value) => tests.some((test) => test(value)))];
}

function equals(part: SchemaPart): readonly Check[] {
  const constant = part.get('const');
  const checks = constant === undefined ? [] : [oneOf(part, 'const', [constant])];
  const list = part.list('enum');
  return list === undefined ? checks : [...checks, oneOf(part, 'enum', list)];
}

/** Where all are plain, so must be the value. A number that no double holds exactly is none of them: the text of the call says another one. */
function oneOf(part: SchemaPart, keyword: string, list: readonly unknown[]): Check {
  const forms = new Set(list.map(canonicalJson));
  const isPlain = list.every((each) => typeof each !== 'object' || each === null);
  return check(part, keyword, (value, work) => {
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return false;
    if (isPlain && typeof value === 'object' && value !== null) return false;
    return forms.has(formOf(value, work));
  });
}

/** Equal for equal values. @throws TooMuchWork */
export function formOf(value: unknown, work: Work): string {
  const form = canonicalJson(value);
  work.spend(form.length);
  return form;
}

function numbers(part: SchemaPart): readonly Check[] {
  const compare = (keyword: string, fits: (value: number, bound: number) => boolean): readonly Check[] => {
    const bound = part.number(keyword);
    if (bound === undefined) return [];
    return [check(part, keyword, (value) => typeof value !== 'number' || fits(value, bound))];
  };
  if ((part.number('multipleOf') ?? 1) <= 0) throw part.fault(['multipleOf'], 'must be more than 0');
  return [
    ...compare('minimum', (value, bound) => value >= bound),
    ...compare('maximum', (value, bound) => value <= bound),
    ...compare('exclusiveMinimum', (value, bound) => value > bound),
    ...compare('exclusiveMaximum', (value, bound) => value < bound),
    ...compare('multipleOf', (value, bound) => Number.isInteger(value / bound)),
  ];
}

function texts(part: SchemaPart): readonly Check[] {
  const [shortest, longest] = [part.count('minLength'), part.count('maxLength')];
  const source = part.get('pattern');
  const pattern = source === undefined ? undefined : part.pattern(source, 'pattern');
  const all: Check[] = [];
  if (shortest !== undefined) all.push(ofText(part, 'minLength', (text) => lengthOf(text) >= shortest));
  if (longest !== undefined) all.push(ofText(part, 'maxLength', (text) => lengthOf(text) <= longest));
  if (pattern !== undefined) all.push(ofText(part, 'pattern', pattern));
  return all;
}

function ofText(part: SchemaPart, keyword: string, fits: (text: string) => boolean): Check {
  return check(part, keyword, (value, work) => {
    if (typeof value !== 'string') return true;
    work.spend(value.length);
    return fits(value);
  });
}

/** In characters of Unicode. */
function lengthOf(text: string): number {
  const pairs = text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0;
  return text.length - pairs;
}

/** A keyword that a value fits or not. */
export function check(
  part: SchemaPart,
  keyword: string,
  fits: (value: unknown, work: Work) => boolean,
): Check {
  const path: SchemaPath = part.at(keyword);
  return (value, work) => (fits(value, work) ? null : path);
}
