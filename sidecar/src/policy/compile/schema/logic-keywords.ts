import type { Check, SchemaPart } from './schema-part.ts';
import { check } from './value-keywords.ts';

/** Keywords that apply other schemas to the same value (JSON Schema 2020-12 Core §8.2.3, §10.2). @throws SchemaFault */
export function logicChecks(part: SchemaPart): readonly Check[] {
  const all: Check[] = [...(part.schemas('allOf') ?? [])];
  const any = part.schemas('anyOf');
  if (any !== undefined)
    all.push(check(part, 'anyOf', (value, work) => any.some((each) => each(value, work) === null)));
  const one = part.schemas('oneOf');
  if (one !== undefined)
    all.push(
      check(part, 'oneOf', (value, work) => one.filter((each) => each(value, work) === null).length === 1),
    );
  const not = part.schema('not');
  if (not !== undefined) all.push(check(part, 'not', (value, work) => not(value, work) !== null));
  const referred = part.refer();
  if (referred !== undefined) all.push(referred);
  return [...all, ...conditional(part)];
}

function conditional(part: SchemaPart): readonly Check[] {
  const condition = part.schema('if');
  const [then, otherwise] = [part.schema('then'), part.schema('else')];
  if (condition === undefined) return [];
  return [(value, work) => (condition(value, work) === null ? then : otherwise)?.(value, work) ?? null];
}
