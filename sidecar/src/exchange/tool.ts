/** A tool that the request offers to the model. */
export interface ToolOffer {
  /** RFC 6901 pointer of the offer (the array element, not its name). */
  readonly pointer: string;
  /** The function's name, or the provider's type for a built-in (`web_search`, `code_interpreter`, `computer_20250124`). */
  readonly name: string;
  /** Runs at the provider: no call ever comes back to be judged, so only the offer can be refused. */
  readonly builtin: boolean;
}

/** How far the request pushes the model towards tools. */
export type ToolChoice =
  | { readonly kind: 'none' | 'auto' | 'required' }
  /** `names` are the only tools that the model may call. */
  | { readonly kind: 'forced'; readonly names: readonly string[]; readonly pointer: string };

/** A call to a tool, in a reply or in the history of a request. */
export interface ToolCall {
  /** RFC 6901 pointer of the call (the object, not its name); in a stream, the key of the call. */
  readonly pointer: string;
  readonly name: string;
  /**
   * The arguments as JSON text. An empty string means no arguments. Not yet parsed: the model wrote it, and a limit may have cut it short.
   */
  readonly arguments: string;
  /** Other names that clients may read for the call: each must pass too. Default: none. */
  readonly alsoNamed?: readonly string[];
  /** Clients may read other arguments, so that no condition may rely on these. Default: false. */
  readonly uncertain?: boolean;
  /** It runs at the provider: no client acts on it. Default: false. */
  readonly atProvider?: boolean;
}
