/** The tool that the server calls while tools are offered and it has no result. */
export const TOOL = 'get_weather';

/** A model server's next reply, independent of APIs. */
export interface Turn {
  readonly stream: boolean;
  /** The arguments of each call of the tool; none for an answer. */
  readonly calls: readonly { readonly city: string }[];
  /** Reasoning before the call or answer; only in the Responses API. */
  readonly thought?: Thought;
  /** The answer, split at arbitrary offsets. */
  readonly pieces: readonly string[];
}

export interface Thought {
  readonly summary: string;
  /** Data that only the provider can read. Null: it stores the reasoning and accepts a reference to it. */
  readonly sealed: string | null;
}

export function textOf({ pieces }: Turn): string {
  return pieces.join('');
}
