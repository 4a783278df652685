import { isArray, isObject, type JsonValue } from '../json/index.ts';

/** True for null, false, and empty strings, arrays and objects. */
export function saysNothing(value: JsonValue): boolean {
  if (value === null || value === '' || value === false) return true;
  return isEmptyArray(value) || (isObject(value) && Object.keys(value).length === 0);
}

export function isEmptyArray(value: JsonValue): boolean {
  return isArray(value) && value.length === 0;
}
