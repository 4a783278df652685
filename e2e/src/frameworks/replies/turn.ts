/** What the server calls where it was offered tools and has no result yet. */
export const TOOL = 'get_weather';

/** What a model server says next, in no API's words. */
export interface Turn {
  readonly stream: boolean;
  /** The arguments of each call of the tool; none where the turn is an answer. */
  readonly calls: readonly { readonly city: string }[];
  /** What the model thought before it called or answered; the Responses API alone has it. */
  readonly thought?: Thought;
  /** The answer, cut as servers cut text: anywhere. */
  readonly pieces: readonly string[];
}

export interface Thought {
  readonly summary: string;
  /** What only the provider can read. Null: it keeps the reasoning and takes a reference to it. */
  readonly sealed: string | null;
}

export function textOf({ pieces }: Turn): string {
  return pieces.join('');
}
