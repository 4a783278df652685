export { applyEdits, type Edit } from './edit.ts';
export { argumentLeaves, argumentLeavesAt, leavesOf, type Leaf } from './leaves.ts';
export {
  isArray,
  isObject,
  MAX_DEPTH,
  parseAnyJson,
  parseJson,
  parseObject,
  parseText,
  type ParsedJson,
} from './parse.ts';
export { isOpaque, readMedium } from './medium-text.ts';
export { childPointer, keyPointer } from './pointer.ts';
export { isLabel, Place } from './place.ts';
export { BodyReader } from './reader.ts';
export { removeParts } from './remove.ts';
export type { JsonObject, JsonValue } from './value.ts';
