import type { Medium } from './medium.ts';
import type { Segment } from './segment.ts';
import type { ToolCall } from './tool.ts';

/** ID of a JSON-RPC request and of the response to it. */
export type McpId = string | number;

/** Kinds of server features that a client uses. */
export type McpKind = 'tool' | 'resource' | 'prompt';

/** A client feature that the server may request (specification 2025-11-25, "Client Features"). */
export type McpFeature = 'sampling' | 'elicitation' | 'roots';

/** A tool, resource or prompt in a request. */
export interface McpUse {
  readonly kind: McpKind;
  /** Name of a tool or prompt, URI of a resource. Unbounded: the model wrote it. */
  readonly name: string;
  readonly pointer: string;
}

/** An element of a list in a server's response. */
export interface McpOffer extends McpUse {
  /** All text of the element. None of it is among the segments of its message. */
  readonly segments: readonly Segment[];
  /** For a tool: lower-case hex of the hash of its definition in canonical form (RFC 8785), without `_meta` and `icons`. Else null. */
  readonly sha256: string | null;
  /** Of a tool: the JSON Schema of its arguments as the server has it, not checked. Absent: none. */
  readonly schema?: unknown;
}

/** A client feature that a message declares or asks for; `pointer` is the member that does. */
export interface McpNeed {
  readonly feature: McpFeature;
  readonly pointer: string;
}

/** One message of the Model Context Protocol, independent of wire formats. Pointers lead into its body. */
export interface McpMessage {
  /** Pointer of the message: empty, or `/0` in a batch. */
  readonly pointer: string;
  readonly kind: 'request' | 'notification' | 'result' | 'error';
  /** Null for notifications, and for errors without a request. */
  readonly id: McpId | null;
  /** Null for results and errors. From a closed list. */
  readonly method: string | null;
  readonly segments: readonly Segment[];
  readonly uses: readonly McpUse[];
  /** The call of `tools/call`; also listed in `uses`. */
  readonly call: ToolCall | null;
  readonly offers: readonly McpOffer[];
  /** A result that lists tools, also none, and the cursor of its next page; null there: it is the last one, or all. Else null. */
  readonly toolList: { readonly next: string | null } | null;
  /** Of a request for a list of tools: the cursor of the page; null for the first one. Absent: another message. */
  readonly listCursor?: string | null;
  /** A result whose members are those of `initialize`, `server/discover` and of lists alone: the server about itself. */
  readonly describesServer: boolean;
  readonly declared: readonly McpNeed[];
  /** Revisions that the server says it speaks (`server/discover`); else empty. */
  readonly revisions: readonly string[];
  /** What the server asks of the client: by a request, or by `inputRequests` of a result or a task. */
  readonly asks: readonly McpNeed[];
  /** Parts that no text detector can read. */
  readonly media: readonly Medium[];
  /** Members with icons, which can be removed without loss. */
  readonly icons: readonly string[];
}
