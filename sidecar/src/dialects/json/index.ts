export { applyEdits, type Edit } from './edit.ts';
export { readArguments, type ArgumentReading } from './arguments.ts';
export { Halves, isCut } from './halves.ts';
export { argumentLeaves, leavesOf, type Leaf } from './leaves.ts';
export {
  isArray,
  isObject,
  MAX_DEPTH,
  parseAnyJson,
  parseFrame,
  parseJson,
  parseObject,
  parseText,
  type ParsedFrame,
  type ParsedJson,
} from './parse.ts';
export { isOpaque, readMedium } from './medium-text.ts';
export { childPointer, keyPointer } from './pointer.ts';
export { isLabel } from './label.ts';
export { Place } from './place.ts';
export { BodyReader } from './reader.ts';
export { removeParts } from './remove.ts';
export type { JsonObject, JsonValue } from './value.ts';
