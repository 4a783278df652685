import type { McpContext } from '../../controls/index.ts';
import { errorBody, refuseMcp, type McpReading } from '../../dialects/index.ts';
import { REFUSALS, type Exchange, type McpId, type Prompt, type Refusal } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import type { InspectionContext, RefusalRenderer } from '../inspect/inspector.ts';

/** No model is asked for anything. */
const NO_PROMPT: Prompt = {
  operation: 'execute_tool',
  model: null,
  stream: true,
  maxOutputTokens: null,
  segments: [],
  offers: [],
  choice: { kind: 'none' },
  calls: [],
  media: [],
};

/** What both ways of an exchange with an MCP server are judged in. */
export interface McpSession {
  readonly exchange: Exchange;
  readonly policy: CompiledPolicy;
  readonly server: CompiledMcpServer;
  readonly memory: McpContext['memory'];
  /** Of the server: `http(s)://host[:port]`. */
  readonly origin: string;
  /** Of the `Mcp-Session-Id` header; null where there is none. */
  readonly sessionId: string | null;
  /** The revision of the protocol has batches. */
  readonly batches: boolean;
  /** The client reads an answer from the reply to its POST. One of 2024-11-05 does not: an error must have the status of one. */
  readonly answersHere: boolean;
}

/** A request as its reply answers it. */
export interface McpRequest {
  readonly session: McpSession;
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Of the requests in the body, which all want an answer. */
  readonly ids: readonly McpId[];
  /** The body was a batch. */
  readonly batch: boolean;
}

export function exchangeOf({ exchange }: InspectionContext): Exchange {
  return { ...exchange, dialect: 'mcp', prompt: NO_PROMPT };
}

/** The messages of one side, as the controls see them. Outbound, the server's are untrusted text on its way in. */
export function mcpContext(
  { exchange, policy, server, memory, sessionId }: McpSession,
  from: 'client' | 'server',
  before = '',
): McpContext {
  const realm = exchange.host ?? '';
  const named = sessionId === null ? null : sessionKey(exchange.host, sessionId);
  return {
    action: { exchange, policy },
    server,
    memory,
    realm,
    session: named !== null && memory.given(named) ? named : realm,
    way: (exchange.direction === 'outbound') === (from === 'client') ? 'out' : 'in',
    before,
  };
}

/** What memory knows a session of a server by. */
export function sessionKey(host: string | null, id: string): string {
  return `${host ?? ''} ${id}`;
}

/** Whose text the messages of a side are. */
export function readOptions({ exchange, batches }: McpSession, from: 'client' | 'server'): McpReading {
  if (exchange.direction === 'outbound')
    return { sender: from, origin: from === 'client' ? 'assistant' : 'tool', batches };
  return { sender: from, origin: from === 'client' ? 'user' : 'assistant', batches };
}

/** Refusals that the requests of the body get as their answers. */
export function refusalRenderer(
  { answersHere }: Pick<McpSession, 'answersHere'>,
  ids: readonly McpId[],
  batch: boolean,
): RefusalRenderer {
  return {
    refuse(refusal) {
      const rendered = refuseMcp(refusal, ids, batch);
      return answersHere ? rendered : { ...rendered, status: REFUSALS[refusal.code].status };
    },
  };
}

/** The words for refusals of what is no request, or was not read yet. */
export const plainRenderer = refusalRenderer({ answersHere: false }, [], false);

/** The errors that answer all requests of the body, as JSON text. */
export function errorsFor({ ids, batch }: Pick<McpRequest, 'ids' | 'batch'>, refusal: Refusal): string {
  return errorBody(refusal, ids, batch);
}
