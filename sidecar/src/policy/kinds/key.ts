import { z } from 'zod';

import type { Rule } from './rule.ts';

/**
 * A key of the policy document, defined once: its written form (`schema`, with the sentence of the reference), the meet of two layers, the
 * default if no layer sets it, and the value implied by a floor that omits it.
 */
export interface Key<Schema extends z.ZodType = z.ZodType, Default = unknown> extends Rule<SetValue<Schema>> {
  readonly schema: Schema;
  /** Undefined: no default (an unlimited limit). */
  readonly default: Default;
  /** Undefined: a floor that omits it leaves it to the other layers. */
  readonly floor: SetValue<Schema> | undefined;
}

/** A layer's value of a key. */
export type SetValue<Schema extends z.ZodType> = Exclude<z.output<Schema>, undefined>;

interface Silence<Schema extends z.ZodType> {
  /** In its written form. */
  readonly default: z.input<Schema>;
  /** `true`: the default; else in its written form. Absent: none. */
  readonly floor?: true | z.input<Schema>;
}

/** A key that always has a value when its section is complete. */
export function key<Schema extends z.ZodType>(
  schema: Schema,
  rule: Rule<NoInfer<SetValue<Schema>>>,
  silence: Silence<Schema>,
): Key<Schema, SetValue<Schema>>;
/** A key without a default: a limit, or one whose default is in its schema. */
export function key<Schema extends z.ZodType>(
  schema: Schema,
  rule: Rule<NoInfer<SetValue<Schema>>>,
): Key<Schema, undefined>;
export function key<Schema extends z.ZodType>(
  schema: Schema,
  rule: Rule<SetValue<Schema>>,
  silence?: Silence<Schema>,
): Key<Schema, SetValue<Schema> | undefined> {
  // A value is given, so that the schema reads one.
  const read = (written: z.input<Schema>): SetValue<Schema> => schema.parse(written) as SetValue<Schema>;
  const each = {
    schema,
    meet: (a: SetValue<Schema>, b: SetValue<Schema>) => rule.meet(a, b),
    canonical: (value: SetValue<Schema>) => rule.canonical(value),
  };
  if (silence === undefined) return { ...each, default: undefined, floor: undefined };
  const { floor } = silence;
  const byDefault = read(silence.default);
  if (floor === true) return { ...each, default: byDefault, floor: byDefault };
  return { ...each, default: byDefault, floor: floor === undefined ? undefined : read(floor) };
}

export type KeyTable = Readonly<Record<string, Key>>;

type Shape<Keys extends KeyTable> = { [K in keyof Keys]: Keys[K]['schema'] };

function shapeOf<Keys extends KeyTable>(keys: Keys): Shape<Keys> {
  return Object.fromEntries(Object.entries(keys).map(([name, { schema }]) => [name, schema])) as Shape<Keys>;
}

export interface Mapping<Keys extends KeyTable> extends Rule<
  z.output<z.ZodObject<Shape<Keys>, z.core.$strict>>
> {
  readonly schema: z.ZodObject<Shape<Keys>, z.core.$strict>;
}

/** A mapping of keys: unknown keys are errors, layers meet key by key, and a key that only one of them sets has that value. */
export function mapping<Keys extends KeyTable>(keys: Keys): Mapping<Keys> {
  return { schema: z.strictObject(shapeOf(keys)), ...byKey(keys) };
}

/** A section of the document with its table. `default` and `floor` hold the keys that have one. */
export interface Section<Keys extends KeyTable> extends Mapping<Keys> {
  readonly keys: Keys;
  /** Defaults, if no layer sets them. */
  readonly default: object;
  /** Values implied by a floor that omits them. */
  readonly floor: object;
}

/** Keys that always have a value. */
export type Answered<Keys extends KeyTable> = {
  [K in keyof Keys]: undefined extends Keys[K]['default'] ? never : K;
}[keyof Keys];

export function section<Keys extends KeyTable>(keys: Keys): Section<Keys> {
  const each = Object.entries(keys);
  return {
    ...mapping(keys),
    keys,
    default: present(each.map(([name, own]) => [name, own.default])),
    floor: present(each.map(([name, own]) => [name, own.floor])),
  };
}

type Entry = readonly [string, unknown];

/** Without undefined values, which are left to the other layers. */
export function present(entries: readonly Entry[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** The rules of a mapping, from those of its keys. Values are parsed by the schemas of the same table. */
export function byKey<T extends object>(rules: Readonly<Record<string, Rule<unknown>>>): Rule<T> {
  const all = Object.entries(rules);
  const forEach = (make: (rule: Rule<unknown>, name: string) => unknown): T =>
    present(all.map(([name, rule]) => [name, make(rule, name)])) as T;
  return {
    meet(a, b) {
      const [left, right] = [setValues(a), setValues(b)];
      return forEach((rule, name) => {
        const [x, y] = [left.get(name), right.get(name)];
        return x === undefined || y === undefined ? (x ?? y) : rule.meet(x, y);
      });
    },
    canonical(value) {
      const values = setValues(value);
      return forEach((rule, name) => {
        const own = values.get(name);
        return own === undefined ? undefined : rule.canonical(own);
      });
    },
  };
}

function setValues(value: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(value));
}
