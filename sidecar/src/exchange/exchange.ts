import type { Caller } from './caller.ts';
import type { Medium, Reference } from './medium.ts';
import type { Segment } from './segment.ts';
import type { ToolCall, ToolChoice, ToolOffer, ToolResult } from './tool.ts';

export type DialectId =
  | 'openai-chat'
  | 'openai-completions'
  | 'openai-responses'
  | 'openai-embeddings'
  | 'openai-speech'
  | 'openai-transcriptions'
  | 'anthropic-messages'
  | 'ollama-chat'
  | 'ollama-generate'
  | 'ollama-embed'
  | 'ollama-show'
  | 'gemini'
  | 'generate'
  | 'llamacpp'
  | 'triton'
  | 'kserve'
  | 'texts'
  | 'mcp';

/** Names follow OpenTelemetry's `gen_ai.operation.name`. */
export type Operation = 'chat' | 'text_completion' | 'embeddings' | 'generate_content' | 'execute_tool';

/** An inference request, independent of wire formats. */
export interface Prompt {
  readonly operation: Operation;
  /** As the caller wrote it; null if the server chooses. Attacker-controlled, unbounded. */
  readonly model: string | null;
  /** Models and adapters that may answer instead (fallbacks, routes): policy must allow each. Default: none. */
  readonly alternatives?: readonly string[];
  readonly stream: boolean;
  /** It fetches a stored reply: no model is asked, and the texts that the reply answers are not here. Default: false. */
  readonly isFetch?: boolean;
  /** ID of the stored reply that is fetched; absent where something else of it is, or it is deleted. */
  readonly fetched?: string;
  /** System texts that the reply must not repeat: of a fetch, those of the prompt that it answers; null if unknown. Default: those here. */
  readonly instructions?: readonly string[] | null;
  /** Its reply is stored, to be fetched later. Default: false. */
  readonly isBackground?: boolean;
  /** The stream must report token usage in a chunk of its own. Default: false. */
  readonly wantsUsage?: boolean;
  /** The reply must be JSON of a schema, which clients parse at once. Default: false. */
  readonly isStructured?: boolean;
  /** The caller's cap on output tokens for each reply; null if unset, infinite if the caller asks for no cap. */
  readonly maxOutputTokens: number | null;
  /** Number of alternative replies requested. Default: one. */
  readonly choices?: number;
  readonly segments: readonly Segment[];
  readonly offers: readonly ToolOffer[];
  readonly choice: ToolChoice;
  /** Calls in the history, which the caller claims the model made. */
  readonly calls: readonly ToolCall[];
  /** Results of tools in the history. Default: none that is attributed to a tool. */
  readonly results?: readonly ToolResult[];
  /** Parts that no text detector can read, subject to `ingress.media`. */
  readonly media: readonly Medium[];
}

export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** What a server reports that reports nothing. */
export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null };

/** `b`: null: it has none. */
export function addUsage(a: Usage, b: Usage | null): Usage {
  const sum = (x: number | null, y: number | null): number | null =>
    x === null || y === null ? (x ?? y) : x + y;
  return {
    inputTokens: sum(a.inputTokens, b?.inputTokens ?? null),
    outputTokens: sum(a.outputTokens, b?.outputTokens ?? null),
  };
}

/** A whole reply, independent of wire formats. */
export interface Reply {
  readonly model: string | null;
  readonly segments: readonly Segment[];
  readonly calls: readonly ToolCall[];
  readonly usage: Usage;
  readonly finishReasons: readonly string[];
  /** Parts that no text detector can read. Default: none. */
  readonly media?: readonly Medium[];
  /** IDs and sealed data that a later request may return. Default: none. */
  readonly references?: readonly Reference[];
  /** Pointers of values that repeat text of the reply (token log-probabilities): set to null if any of it is redacted. */
  readonly mirrors?: readonly string[];
  /** Pointers of values with the text in a form that no detector reads (token IDs): set to null whenever replies are guarded. */
  readonly unreadable?: readonly string[];
}

export type Direction = 'inbound' | 'outbound';

/** One request and the facts that it is judged by. */
export interface Exchange {
  /** Unique, unguessable, safe to publish: the decision ID of refusals and audit records. */
  readonly id: string;
  readonly direction: Direction;
  readonly dialect: DialectId;
  /** `host[:port]` of the destination; null inbound. */
  readonly host: string | null;
  readonly caller: Caller;
  readonly prompt: Prompt;
  /** The prompt returns what was said with untrusted text before the model, or a reference to such a reply. Default: false. */
  readonly recallsUntrusted?: boolean;
  /** The same with private data before the model. Default: false. */
  readonly recallsPrivate?: boolean;
  /** The conversation that references of the prompt continue. Null or absent: that of its first text. Not for publication. */
  readonly conversation?: string | null;
}
