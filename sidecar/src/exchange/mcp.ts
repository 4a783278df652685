import type { Medium } from './medium.ts';
import type { Segment } from './segment.ts';
import type { ToolCall } from './tool.ts';

/** Of a JSON-RPC message: requests and the responses to them share it. */
export type McpId = string | number;

/** What a server has and a client may use. */
export type McpKind = 'tool' | 'resource' | 'prompt';

/** What a client offers to its server: the server may then ask for it (specification 2025-11-25, "Client Features"). */
export type McpFeature = 'sampling' | 'elicitation' | 'roots';

/** A tool, resource or prompt that a request wants to use. */
export interface McpUse {
  readonly kind: McpKind;
  /** Name of a tool or prompt, URI of a resource. Unbounded: the model wrote it. */
  readonly name: string;
  readonly pointer: string;
}

/** An element of a list that a server answers with. */
export interface McpOffer extends McpUse {
  /** All text of the element. None of it is among the segments of its message. */
  readonly segments: readonly Segment[];
  /** Of a tool's definition: lower-case hex of the hash of its canonical form (RFC 8785), without `_meta` and `icons`. Else null. */
  readonly sha256: string | null;
}

/** A client feature that a message declares; `pointer` is the member that declares it. */
export interface McpDeclared {
  readonly feature: McpFeature;
  readonly pointer: string;
}

/** One message of the Model Context Protocol, free of wire formats. Pointers lead into the body that carried it. */
export interface McpMessage {
  /** Of the message: empty, or `/0` in a batch. */
  readonly pointer: string;
  readonly kind: 'request' | 'notification' | 'result' | 'error';
  /** Null for notifications, and for errors that answer nothing in particular. */
  readonly id: McpId | null;
  /** Null for results and errors. Of a closed list. */
  readonly method: string | null;
  readonly segments: readonly Segment[];
  readonly uses: readonly McpUse[];
  /** The call of `tools/call`, also among the uses. */
  readonly call: ToolCall | null;
  readonly offers: readonly McpOffer[];
  readonly declared: readonly McpDeclared[];
  /** The client feature that a request of a server asks for. */
  readonly asksFor: McpFeature | null;
  /** Parts that no text detector can read. */
  readonly media: readonly Medium[];
  /** Members that hold icons: they can go without loss. */
  readonly icons: readonly string[];
}
