import { combineVerdicts, McpMemory } from '../../controls/index.ts';
import {
  isArray,
  isObject,
  Malformed,
  parseText,
  readMessages,
  UnknownMethod,
  type JsonValue,
} from '../../dialects/index.ts';
import type { Exchange, McpMessage, Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import { judgedIn, NO_PROMPT, readingOf, type McpScene } from './asked.ts';
import { judgeBody } from './judged.ts';
import { isMcpMethod } from './exchange.ts';

/** A recorded or written exchange of MCP. A streamed reply is written as the array of its messages. */
interface McpTraffic {
  readonly method: string;
  readonly path: string;
  readonly host: string | null;
  readonly request: unknown;
  readonly response: unknown;
}

/** What was used of a server, and the definitions that it showed. */
export interface SeenMcp {
  readonly path: string;
  readonly tools: readonly string[];
  readonly resources: readonly string[];
  readonly prompts: readonly string[];
  /** By tool: `sha256-HEX`. */
  readonly definitions: ReadonlyMap<string, string>;
}

export interface McpEvaluation {
  readonly request: Verdict;
  readonly reply: Verdict | null;
  readonly mcp: SeenMcp | null;
}

/** One policy is replayed against one memory, so that a definition that changes from line to line shows. */
const MEMORIES = new WeakMap<CompiledPolicy, McpMemory>();

/** What the sidecar would decide. Null where the exchange is not of MCP: not by policy, and not by what it looks like. */
export function evaluateMcp(traffic: McpTraffic, policy: CompiledPolicy): McpEvaluation | null {
  const { host, path } = traffic;
  const at = host === null ? policy.endpoints.mcp : policy.action.mcp.at(host);
  const server = at !== null && isMcpMethod(traffic.method) && at.matchesPath(path) ? at : null;
  if (server === null && (host === null || !isMessage(traffic.request))) return null;
  const scene = sceneOf(traffic, policy, server ?? policy.endpoints.mcp);
  try {
    const asked = messagesOf(traffic.request, scene, 'client');
    const answered = messagesOf(traffic.response, scene, 'server');
    const mcp = seenIn(path, [...asked, ...answered]);
    if (server === null) return { request: blocked('host_not_allowed', null), reply: null, mcp };
    const request = verdictOf(asked, scene, 'client');
    return {
      request,
      reply: answered.length === 0 || request.kind === 'block' ? null : verdictOf(answered, scene, 'server'),
      mcp,
    };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    const code = error instanceof UnknownMethod ? 'endpoint_not_allowed' : 'request_malformed';
    return { request: blocked(code, error.message), reply: null, mcp: null };
  }
}

function sceneOf({ host }: McpTraffic, policy: CompiledPolicy, server: CompiledMcpServer): McpScene {
  let memory = MEMORIES.get(policy);
  if (memory === undefined) MEMORIES.set(policy, (memory = new McpMemory()));
  const exchange: Exchange = {
    id: '',
    direction: host === null ? 'inbound' : 'outbound',
    dialect: 'mcp',
    host,
    caller: { address: '', groups: [] },
    prompt: NO_PROMPT,
  };
  return { exchange, policy, server, memory, sessionId: null, batches: true, answersHere: true };
}

/** @throws Malformed */
function messagesOf(value: unknown, scene: McpScene, from: 'client' | 'server'): readonly McpMessage[] {
  if (value === null || value === undefined) return [];
  const parsed = parseText(JSON.stringify(value));
  // The messages of a stream may be of any kind, side by side.
  const each = from === 'server' && isArray(parsed) ? parsed : [parsed];
  return each.flatMap((message) => readMessages(message, readingOf(scene, from)));
}

function verdictOf(messages: readonly McpMessage[], scene: McpScene, from: 'client' | 'server'): Verdict {
  const context = judgedIn(scene, from);
  return combineVerdicts(messages.map((message) => judgeBody('', [message], context, Date.now).verdict));
}

function seenIn(path: string, messages: readonly McpMessage[]): SeenMcp {
  const uses = messages.flatMap((message) => message.uses);
  const named = (kind: 'tool' | 'resource' | 'prompt'): readonly string[] =>
    uses.filter((use) => use.kind === kind).map(({ name }) => name);
  const offers = messages.flatMap((message) => message.offers);
  const definitions = new Map(
    offers.flatMap(({ name, sha256 }) => (sha256 === null ? [] : [[name, `sha256-${sha256}`] as const])),
  );
  return { path, tools: named('tool'), resources: named('resource'), prompts: named('prompt'), definitions };
}

function isMessage(request: unknown): boolean {
  const first: unknown = Array.isArray(request) ? request[0] : request;
  return (
    isObject(first as JsonValue | undefined) && (first as { readonly jsonrpc?: unknown }).jsonrpc === '2.0'
  );
}

function blocked(
  code: 'request_malformed' | 'endpoint_not_allowed' | 'host_not_allowed',
  detail: string | null,
): Verdict {
  return { kind: 'block', hits: [], code, detail, retryAfterSeconds: null };
}
