import { isArray, isObject, type JsonObject, type JsonValue } from '../json/index.ts';
import { camelOf } from './fields.ts';

/**
 * Gemini's own form of a schema (an OpenAPI 3.0 schema object, https://ai.google.dev/api/caching#Schema) as JSON Schema: types in upper case,
 * whole numbers as text, `nullable`. Keywords that it does not have stay as they are.
 */
export function jsonSchemaOf(schema: JsonValue): JsonValue {
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema).flatMap(([written, value]): [string, JsonValue][] => {
    const key = camelOf(written);
    if (DROPPED.has(key)) return [];
    return [[JSON_SCHEMA.get(key) ?? key, valueOf(key, value)]];
  });
  const own = Object.fromEntries(entries);
  return schema['nullable'] === true ? { anyOf: [own, { type: 'null' }] } : own;
}

/** Definitions, and references to them. */
const JSON_SCHEMA: ReadonlyMap<string, string> = new Map([
  ['defs', '$defs'],
  ['ref', '$ref'],
]);

/** `format` narrows the type for servers, the others say something to people. */
const DROPPED: ReadonlySet<string> = new Set([
  ...['nullable', 'format', 'title', 'description', 'example', 'default', 'propertyOrdering'],
]);

function valueOf(key: string, value: JsonValue): JsonValue {
  switch (key) {
    case 'type':
      return typeof value === 'string' ? value.toLowerCase() : value;
    case 'items':
    case 'additionalProperties':
      return jsonSchemaOf(value);
    case 'anyOf':
    case 'prefixItems':
      return isArray(value) ? value.map(jsonSchemaOf) : value;
    case 'properties':
    case '$defs':
    case 'defs':
      return isObject(value) ? ofMembers(value) : value;
    case 'ref':
      return typeof value === 'string' ? value.replace(/^#\/defs\//, '#/$defs/') : value;
    default:
      return /^m(?:in|ax)(?:Items|Length|Properties)$/.test(key) && typeof value === 'string'
        ? Number(value)
        : value;
  }
}

function ofMembers(schemas: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, each]) => [name, jsonSchemaOf(each)]));
}
