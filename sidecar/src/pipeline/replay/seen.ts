import {
  claimedMcpVersion,
  isArray,
  isObject,
  Malformed,
  mcpVersion,
  parseText,
  readMessages,
  type FoundDialect,
  type JsonValue,
} from '../../dialects/index.ts';
import type { McpMessage, Prompt } from '../../exchange/index.ts';
import type { RouteTarget } from '../route.ts';

/** Models, tools and MCP parts used in an exchange, whatever the verdict. */
export interface Seen {
  readonly model: string | null;
  /** Names of tools that were offered, forced or called. */
  readonly tools: readonly string[];
  readonly mcp?: SeenMcp;
}

/** Parts of an MCP server that were used, and its tool definitions. */
export interface SeenMcp {
  readonly path: string;
  readonly tools: readonly string[];
  readonly resources: readonly string[];
  readonly prompts: readonly string[];
  /** `sha256-HEX` by tool name. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** The JSON bodies of an exchange; null if absent. */
export interface SeenBodies {
  readonly request: JsonValue;
  readonly response: JsonValue;
}

/** Null if the request cannot be read. */
export function seenOfModels(
  { dialect, match }: FoundDialect,
  { request, response }: SeenBodies,
): Seen | null {
  if (!isObject(request)) return null;
  try {
    const prompt = dialect.prompt(request, match);
    return { model: prompt.model, tools: [...toolsOf(prompt), ...calledIn()] };

    function calledIn(): readonly string[] {
      if (!isObject(response)) return [];
      try {
        return dialect.reply(response, prompt).calls.map(({ name }) => name);
      } catch (error) {
        if (error instanceof Malformed) return [];
        throw error;
      }
    }
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** True for a JSON-RPC message, whatever its route. */
export function isMcpMessage(request: JsonValue): boolean {
  const first = isArray(request) ? request[0] : request;
  return isObject(first) && first['jsonrpc'] === '2.0';
}

/** The revision with batches. */
const BATCHES = '2025-03-26';

/** Null if the messages cannot be read. */
export function seenOfMcp({ url }: RouteTarget, { request, response }: SeenBodies): Seen | null {
  try {
    const answers = isArray(response) ? response : response === null ? [] : [response];
    const version = isArray(request)
      ? BATCHES
      : (mcpVersion(claimedMcpVersion(request) ?? undefined) ?? BATCHES);
    const messages = [
      ...readMessages(request, { sender: 'client', origin: 'user', version }),
      ...answers.flatMap((each) => readMessages(each, { sender: 'server', origin: 'tool', version })),
    ];
    return { model: null, tools: [], mcp: usedIn(url.split('?', 1)[0] ?? '', messages) };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

/** Offered and forced tools, and the calls in the history. */
function toolsOf({ offers, choice, calls }: Prompt): readonly string[] {
  const forced = choice.kind === 'forced' ? choice.names : [];
  return [...offers.map(({ name }) => name), ...forced, ...calls.map(({ name }) => name)];
}

function usedIn(path: string, messages: readonly McpMessage[]): SeenMcp {
  const uses = messages.flatMap((message) => message.uses);
  const named = (kind: 'tool' | 'resource' | 'prompt'): readonly string[] =>
    uses.filter((use) => use.kind === kind).map(({ name }) => name);
  const offers = messages.flatMap((message) => message.offers);
  const definitions = new Map(
    offers.flatMap(({ name, sha256 }) => (sha256 === null ? [] : [[name, `sha256-${sha256}`] as const])),
  );
  return { path, tools: named('tool'), resources: named('resource'), prompts: named('prompt'), definitions };
}

/** Through text, so that values outside JSON are rejected. @throws Malformed */
export function jsonOf(value: unknown): JsonValue {
  return value === null || value === undefined ? null : parseText(JSON.stringify(value));
}
