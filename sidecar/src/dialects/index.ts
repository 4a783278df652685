export type { Denial } from './denials/denial.ts';
export type { Dialect, Framing, RenderedResponse, Route, StreamReader } from './dialect.ts';
export { createFramer, heartbeatOf, renderFrame, type Framer, type WireFrame } from './framing/index.ts';
export {
  appendItems,
  applyEdits,
  isArray,
  isObject,
  keepReadings,
  KeptMember,
  leavesOf,
  parseAnyJson,
  parseJsonWith,
  parseNonFinite,
  parseReply,
  parseText,
  readArguments,
  removeParts,
  type Edit,
  type JsonObject,
  type JsonValue,
  type Leaf,
  type ParsedJson,
} from './json/index.ts';
export { Malformed } from './malformed.ts';
export { ValueStream } from './value-stream.ts';
export {
  dialectOfPath,
  fallbackDialect,
  findDialect,
  looksLike,
  spellings,
  type FoundDialect,
  type Unprefix,
} from './registry.ts';
export {
  checkHeaders as checkMcpHeaders,
  checkVersion as checkMcpVersion,
  claimedVersion as claimedMcpVersion,
  conformingHeaders as conformingMcpHeaders,
  errorAsks as mcpErrorAsks,
  errorBody,
  errorMessage,
  isModern as isModernMcp,
  mcpVersion,
  offerHash,
  readMessages,
  refuseBody as refuseMcp,
  refuseFault as refuseMcpFault,
  refuseVersion as refuseMcpVersion,
  repeatedHeaders as repeatedMcpHeaders,
  requestIds,
  UnknownMethod,
  type McpReading,
  type McpVersion,
} from './mcp/index.ts';
