/** A tool that the request offers to the model. */
export interface ToolOffer {
  /** RFC 6901 pointer of the offer (the array element, not its name). */
  readonly pointer: string;
  /** The function's name, or the provider's type for a built-in (`web_search`, `code_interpreter`, `computer_20250124`). */
  readonly name: string;
  /** Runs at the provider: no call comes back to be judged, so only the offer can be refused. */
  readonly builtin: boolean;
  /** The JSON Schema of the arguments, as the request has it: written by the caller and not checked. Absent: none. */
  readonly schema?: unknown;
}

/** How strongly the request directs the model to tools. */
export type ToolChoice =
  | { readonly kind: 'none' | 'auto' | 'required' }
  /** `names`: the only tools that the model may call. */
  | { readonly kind: 'forced'; readonly names: readonly string[]; readonly pointer: string };

/** The result of a tool that a request returns to the model. */
export interface ToolResult {
  /** RFC 6901 pointer of all that the tool said. */
  readonly pointer: string;
  /** The called tool, as `ToolCall.name`; several if their calls have one ID. Empty if the request does not say which, or contradicts itself. */
  readonly tools: readonly string[];
  /** The arguments of those calls, as JSON text: a tool may repeat them. */
  readonly asked: readonly string[];
}

/** A call to a tool, in a reply or in the history of a request. */
export interface ToolCall {
  /** RFC 6901 pointer of the call (the object, not its name); in a stream, the key of the call. */
  readonly pointer: string;
  readonly name: string;
  /** The arguments as JSON text, written by the model and not parsed; a token limit may have truncated them. Empty: no arguments. */
  readonly arguments: string;
  /** Other names that clients may read for the call: each must be allowed too. Default: none. */
  readonly alsoNamed?: readonly string[];
  /** Clients may read different arguments, so that no condition may rely on these. Default: false. */
  readonly uncertain?: boolean;
  /** Runs at the provider: no client acts on it. Default: false. */
  readonly atProvider?: boolean;
}
