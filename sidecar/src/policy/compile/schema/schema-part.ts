import { isRecord } from '../../kinds/record.ts';
import type { Work } from './work.ts';

/** Compares a value: the path of the keyword that it does not fit, null if it fits. @throws TooMuchWork */
export type Check = (value: unknown, work: Work) => SchemaPath | null;

/** Keys and indexes from the top of a schema. */
export type SchemaPath = readonly (string | number)[];

/** A schema that cannot be used. Its message names no content. */
export class SchemaFault extends Error {
  override readonly name = 'SchemaFault';
  readonly path: SchemaPath;

  constructor(path: SchemaPath, message: string) {
    super(message);
    this.path = path;
  }
}

/** Compiles the schemas within a schema. */
export interface Parts {
  /** @throws SchemaFault */
  compile(schema: unknown, path: SchemaPath): Check;
  /** The schema at a JSON pointer, compiled when it is first used. @throws SchemaFault */
  refer(pointer: string, path: SchemaPath): Check;
  /** Searches a text. @throws SchemaFault for a pattern that RE2 has not got (look-around, back-references), since it could take for ever */
  pattern(source: string, path: SchemaPath): (text: string) => boolean;
  /** The schema names this property. */
  note(property: string): void;
}

/** One mapping of keywords. Its readers throw SchemaFault for a value that a keyword cannot have. */
export class SchemaPart {
  readonly #keywords: Readonly<Record<string, unknown>>;
  readonly #path: SchemaPath;
  readonly #parts: Parts;

  constructor(keywords: Readonly<Record<string, unknown>>, path: SchemaPath, parts: Parts) {
    this.#keywords = keywords;
    this.#path = path;
    this.#parts = parts;
  }

  get(keyword: string): unknown {
    return Object.hasOwn(this.#keywords, keyword) ? this.#keywords[keyword] : undefined;
  }

  at(...path: SchemaPath): SchemaPath {
    return [...this.#path, ...path];
  }

  fault(path: SchemaPath, message: string): SchemaFault {
    return new SchemaFault(this.at(...path), message);
  }

  /** A number; undefined if absent, as in all readers below. */
  number(keyword: string): number | undefined {
    const value = this.get(keyword);
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
    throw this.fault([keyword], 'must be a number');
  }

  count(keyword: string): number | undefined {
    const value = this.number(keyword);
    if (value === undefined || (Number.isInteger(value) && value >= 0)) return value;
    throw this.fault([keyword], 'must be a whole number');
  }

  texts(value: unknown, ...path: SchemaPath): readonly string[] {
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
    throw this.fault(path, 'must be a list of texts');
  }

  list(keyword: string): readonly unknown[] | undefined {
    const value = this.get(keyword);
    if (value === undefined || (Array.isArray(value) && value.length > 0)) return value;
    throw this.fault([keyword], 'must be a list that is not empty');
  }

  entries(keyword: string): readonly (readonly [string, unknown])[] | undefined {
    const value = this.get(keyword);
    if (value === undefined) return undefined;
    if (isRecord(value)) return Object.entries(value);
    throw this.fault([keyword], 'must be a mapping');
  }

  schema(keyword: string): Check | undefined {
    const value = this.get(keyword);
    return value === undefined ? undefined : this.#parts.compile(value, this.at(keyword));
  }

  schemas(keyword: string): readonly Check[] | undefined {
    return this.list(keyword)?.map((each, index) => this.#parts.compile(each, this.at(keyword, index)));
  }

  schemasByName(keyword: string): readonly (readonly [string, Check])[] | undefined {
    return this.entries(keyword)?.map(([name, each]) => [
      name,
      this.#parts.compile(each, this.at(keyword, name)),
    ]);
  }

  refer(): Check | undefined {
    const pointer = this.get('$ref');
    if (pointer === undefined) return undefined;
    if (typeof pointer === 'string' && /^#(?:\/|$)/.test(pointer))
      return this.#parts.refer(pointer, this.at('$ref'));
    throw this.fault(['$ref'], 'must refer to a part of this schema: # or #/…');
  }

  pattern(source: unknown, ...path: SchemaPath): (text: string) => boolean {
    if (typeof source !== 'string') throw this.fault(path, 'must be a pattern');
    return this.#parts.pattern(source, this.at(...path));
  }

  note(property: string): void {
    this.#parts.note(property);
  }
}
