import RE2 from 're2';

import { formatPath, reasonOf } from '../../kinds/problem.ts';
import { isRecord } from '../../kinds/record.ts';
import { variantFinder } from '../names/argument-names.ts';
import { innerChecks } from './inner-keywords.ts';
import { logicChecks } from './logic-keywords.ts';
import { SchemaFault, SchemaPart, type Check, type Parts, type SchemaPath } from './schema-part.ts';
import { valueChecks } from './value-keywords.ts';
import { TooMuchWork, Work } from './work.ts';

export { SchemaFault } from './schema-part.ts';

/** Limits of one schema: what is beyond cannot be reviewed, and is compiled for each request that offers it. */
const MAX_PARTS = 1_024;
const MAX_PATTERNS = 64;
const LONGEST_PATTERN = 1_024;
const MAX_NESTING = 64;

const CHECKED: ReadonlySet<string> = new Set([
  ...['type', 'const', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems', 'prefixItems', 'items'],
  ...['contains', 'minContains', 'maxContains', 'minProperties', 'maxProperties', 'required'],
  ...['dependentRequired', 'dependentSchemas', 'properties', 'patternProperties', 'additionalProperties'],
  ...[
    'propertyNames',
    'allOf',
    'anyOf',
    'oneOf',
    'not',
    'if',
    'then',
    'else',
    '$ref',
    '$defs',
    'definitions',
  ],
]);

/** They say something to people. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...[
    '$schema',
    '$comment',
    'title',
    'description',
    'default',
    'deprecated',
    'readOnly',
    'writeOnly',
    'examples',
  ],
]);

/** They would refuse something, which is not looked at here. */
const UNSUPPORTED: ReadonlySet<string> = new Set([
  ...[
    'unevaluatedProperties',
    'unevaluatedItems',
    'dependencies',
    'additionalItems',
    '$anchor',
    '$dynamicRef',
  ],
  ...['$dynamicAnchor', '$recursiveRef', '$recursiveAnchor'],
]);

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** A schema of arguments. */
export interface CompiledSchema {
  /**
   * Null if the arguments fit, also as tool servers may read their names; else the keyword that they do not fit (`properties.amount.maximum`),
   * empty if it is none. Never throws.
   */
  fault(args: unknown): string | null;
  /** The schema names this property somewhere. */
  names(property: string): boolean;
}

/**
 * Compiles a JSON Schema (2020-12). Nothing is generated or fetched, references stay within the schema, patterns are RE2's, and comparing a
 * value is bounded. `policy`: a keyword that is not looked at is an error. `offered`: as the specification says, unknown keywords have no
 * effect; those that would restrict something are errors too. @throws SchemaFault
 */
export function compileSchema(schema: unknown, from: 'policy' | 'offered'): CompiledSchema {
  const compiler = new Compiler(schema, from);
  const check = compiler.compile(schema, []);
  const readsOtherwise = variantFinder(compiler.properties);
  return {
    fault: (args) => {
      try {
        const path = readsOtherwise(args) ? [] : check(args, new Work());
        return path === null ? null : formatPath(path);
      } catch (error) {
        if (error instanceof TooMuchWork || error instanceof RangeError) return '';
        throw error;
      }
    },
    names: (property) => compiler.properties.has(property),
  };
}

class Compiler implements Parts {
  readonly properties = new Set<string>();
  readonly #root: unknown;
  readonly #from: 'policy' | 'offered';
  readonly #referred = new Map<string, Check>();
  readonly #patterns = new Map<string, RE2>();
  #parts = 0;

  constructor(root: unknown, from: 'policy' | 'offered') {
    this.#root = root;
    this.#from = from;
  }

  note(property: string): void {
    this.properties.add(property);
  }

  pattern(source: string, path: SchemaPath): (text: string) => boolean {
    const pattern = this.#patterns.get(source) ?? this.#compilePattern(source, path);
    return (text) => pattern.test(text);
  }

  #compilePattern(source: string, path: SchemaPath): RE2 {
    if (this.#patterns.size >= MAX_PATTERNS || source.length > LONGEST_PATTERN)
      throw new SchemaFault(
        path,
        `at most ${MAX_PATTERNS} patterns, of ${LONGEST_PATTERN} characters each, are compiled`,
      );
    try {
      const pattern = new RE2(source, 'u');
      this.#patterns.set(source, pattern);
      return pattern;
    } catch (error) {
      const reason = this.#from === 'policy' ? `: ${reasonOf(error)}` : '';
      throw new SchemaFault(path, `RE2 refuses this pattern${reason}`);
    }
  }

  compile(schema: unknown, path: SchemaPath): Check {
    this.#parts += 1;
    if (this.#parts > MAX_PARTS || path.length > MAX_NESTING)
      throw new SchemaFault(
        path,
        `the schema is too large: at most ${MAX_PARTS} parts, nested ${MAX_NESTING / 2} deep`,
      );
    if (typeof schema === 'boolean') return () => (schema ? null : path);
    if (!isRecord(schema)) throw new SchemaFault(path, 'must be a schema: a mapping, true or false');
    for (const keyword of Object.keys(schema)) this.#checkKeyword(schema, keyword, path);
    const part = new SchemaPart(schema, path, this);
    for (const keyword of ['$defs', 'definitions']) part.schemasByName(keyword);
    const checks = [...valueChecks(part), ...innerChecks(part), ...logicChecks(part)];
    return (value, work) => {
      work.spend();
      return work.below(() => {
        for (const check of checks) {
          const fault = check(value, work);
          if (fault !== null) return fault;
        }
        return null;
      });
    };
  }

  refer(pointer: string, path: SchemaPath): Check {
    const known = this.#referred.get(pointer);
    if (known !== undefined) return known;
    let found: Check | null = null;
    const check: Check = (value, work) => (found === null ? path : found(value, work));
    // Before it is compiled: it may refer to itself.
    this.#referred.set(pointer, check);
    const [target, at] = this.#find(pointer, path);
    found = this.compile(target, at);
    return check;
  }

  #find(pointer: string, path: SchemaPath): readonly [unknown, SchemaPath] {
    const keys = decoded(pointer)
      .slice(1)
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    let target = this.#root;
    for (const key of keys) {
      const isThere = (isRecord(target) || Array.isArray(target)) && Object.hasOwn(target, key);
      if (!isThere) throw new SchemaFault(path, 'refers to nothing');
      target = (target as Readonly<Record<string, unknown>>)[key];
    }
    return [target, keys];
  }

  #checkKeyword(schema: Readonly<Record<string, unknown>>, keyword: string, path: SchemaPath): void {
    const value = schema[keyword];
    if (CHECKED.has(keyword) && !(keyword === 'items' && Array.isArray(value))) return;
    if (keyword === '$id' && path.length === 0) return;
    if (UNSUPPORTED.has(keyword) || keyword === 'items' || keyword === '$id')
      throw new SchemaFault([...path, keyword], 'this keyword is not supported here');
    if (this.#from === 'offered') return;
    if (keyword === '$schema' && value !== DRAFT)
      throw new SchemaFault([...path, keyword], `only ${DRAFT} is known`);
    if (ANNOTATIONS.has(keyword)) return;
    throw new SchemaFault([...path, keyword], unchecked(keyword));
  }
}

function unchecked(keyword: string): string {
  return keyword === 'format' ? 'formats are not checked; write a pattern' : 'unknown keyword';
}

/** A pointer in a URI fragment (RFC 6901 §6). */
function decoded(pointer: string): string {
  try {
    return decodeURIComponent(pointer);
  } catch {
    return pointer;
  }
}
