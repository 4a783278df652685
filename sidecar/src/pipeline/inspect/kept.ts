import { isArray, isObject, type JsonObject, type JsonValue } from '../../dialects/index.ts';
import type { DialectId } from '../../exchange/index.ts';

/** Members that make the provider store something of this request. */
const STORING = ['store', 'background', 'conversation', 'container'];

/** True if the provider keeps nothing of the request, and runs no tool for it. */
export function isStateless(dialect: DialectId, request: JsonObject): boolean {
  const runs = isSet(request['mcp_servers']) || !runsNothing(request['tools']);
  return !runs && !isStored(dialect, request);
}

/** True if the provider stores something of the request. The Responses API stores requests by default. */
export function isStored(dialect: DialectId, request: JsonObject): boolean {
  if (dialect === 'openai-responses' && request['store'] !== false) return true;
  return STORING.some((name) => isSet(request[name]));
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** True if the client runs all tools. Those of a provider may have run before the connection was reset. */
function runsNothing(tools: JsonValue | undefined): boolean {
  if (!isSet(tools)) return true;
  return isArray(tools) && tools.every((tool) => isObject(tool) && isOfClient(tool));
}

function isOfClient(tool: JsonObject): boolean {
  const { type } = tool;
  if (type === 'function' || type === 'custom') return true;
  // Anthropic's own tools have a type with a date; Gemini's are members with names of their own.
  const declared = ['name', 'function', 'functionDeclarations', 'function_declarations'];
  return type === undefined && Object.keys(tool).some((name) => declared.includes(name));
}
