import type { Medium, Reference } from './medium.ts';
import type { Segment } from './segment.ts';
import type { ToolCall, ToolChoice, ToolOffer } from './tool.ts';

export type DialectId =
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'anthropic-messages'
  | 'ollama-chat'
  | 'ollama-generate'
  | 'ollama-embed'
  | 'gemini'
  | 'generate'
  | 'llamacpp'
  | 'triton'
  | 'kserve'
  | 'texts'
  | 'mcp';

/** Names follow OpenTelemetry's `gen_ai.operation.name`. */
export type Operation = 'chat' | 'text_completion' | 'embeddings' | 'generate_content' | 'execute_tool';

/** A request for inference, free of wire formats. */
export interface Prompt {
  readonly operation: Operation;
  /** As the caller wrote it; null where the dialect leaves it to the server. Attacker-controlled, unbounded. */
  readonly model: string | null;
  /** Models and adapters that may answer in its place (fallbacks, routes): policy must allow each. Default: none. */
  readonly alternatives?: readonly string[];
  readonly stream: boolean;
  /** A stream shall say in a chunk of its own how many tokens it was. Default: false. */
  readonly wantsUsage?: boolean;
  /** The reply shall be JSON of a schema, which clients parse at once. Default: false. */
  readonly isStructured?: boolean;
  /** The caller's cap on output tokens for each reply; null where none was set, infinite where the caller asks for no cap. */
  readonly maxOutputTokens: number | null;
  /** How many replies side by side the caller asks for; one where absent. */
  readonly choices?: number;
  readonly segments: readonly Segment[];
  readonly offers: readonly ToolOffer[];
  readonly choice: ToolChoice;
  /** Calls in the history, which the caller claims the model made. */
  readonly calls: readonly ToolCall[];
  /** Parts that no text detector can read: `ingress.media` decides about them. */
  readonly media: readonly Medium[];
}

export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** A whole reply, free of wire formats. */
export interface Reply {
  readonly model: string | null;
  readonly segments: readonly Segment[];
  readonly calls: readonly ToolCall[];
  readonly usage: Usage;
  readonly finishReasons: readonly string[];
  /** Parts that no text detector can read. Absent: none. */
  readonly media?: readonly Medium[];
  /** What a later request may give back. Absent: nothing. */
  readonly references?: readonly Reference[];
  /** Pointers of values that repeat text of the reply (token log-probabilities): set to null when anything in it is redacted. */
  readonly mirrors?: readonly string[];
  /** Pointers of values that say the text in a form that no detector reads (numbers of tokens): null wherever replies are guarded. */
  readonly unreadable?: readonly string[];
}

export type Direction = 'inbound' | 'outbound';

/** Who is asking, as far as the sidecar itself can tell. Never taken from headers that a caller can set. */
export interface Caller {
  readonly address: string;
  readonly groups: readonly string[];
}

/** One request and what is known about it when it is judged. */
export interface Exchange {
  /** Unique, unguessable, safe to show: the decision id of refusals and audit records. */
  readonly id: string;
  readonly direction: Direction;
  readonly dialect: DialectId;
  /** `host[:port]` the request goes to; null inbound. */
  readonly host: string | null;
  readonly caller: Caller;
  readonly prompt: Prompt;
  /** The prompt gives back what a reply to untrusted text held, so that the provider may add that text. Default: false. */
  readonly recallsUntrusted?: boolean;
}
