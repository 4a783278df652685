export type {
  Dialect,
  Frame,
  FrameContent,
  Framing,
  RenderedResponse,
  Route,
  RouteMatch,
  StreamReader,
} from './dialect.ts';
export { createFramer, renderFrame, type Framer, type WireFrame } from './framing/index.ts';
export {
  applyEdits,
  argumentLeaves,
  isArray,
  isObject,
  parseAnyJson,
  parseJson,
  parseText,
  type Edit,
  type JsonObject,
  type JsonValue,
  type Leaf,
  type ParsedJson,
} from './json/index.ts';
export { Malformed } from './malformed.ts';
export { DIALECTS, fallbackDialect, findDialect, looksLike, type FoundDialect } from './registry.ts';
