export { appendItems } from './syntax/append.ts';
export { applyEdits, type Edit } from './syntax/edit.ts';
export { readArguments } from './arguments.ts';
export { Halves, isCut } from './syntax/halves.ts';
export { leavesOf, type Leaf } from './leaves.ts';
export {
  isArray,
  isObject,
  parseAnyJson,
  parseFrame,
  parseJson,
  parseReply,
  parseText,
  type ParsedFrame,
  type ParsedJson,
} from './syntax/parse.ts';
export { isLabel } from './label.ts';
export { KeptMember, parseJsonWith } from './syntax/kept-member.ts';
export { keepReadings } from './readings.ts';
export { KnownNames } from './names.ts';
export { parseNonFinite } from './syntax/non-finite.ts';
export { Place } from './place.ts';
export { BodyReader } from './reader.ts';
export { removeParts } from './syntax/remove.ts';
export type { JsonObject, JsonValue } from './syntax/value.ts';
