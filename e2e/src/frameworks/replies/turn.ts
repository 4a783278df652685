/** What the server calls where it was offered tools and has no result yet. */
export const TOOL = 'get_weather';

/** What a model server says next, in no API's words. */
export interface Turn {
  readonly stream: boolean;
  /** The arguments of each call of the tool; none where the turn is an answer. */
  readonly calls: readonly { readonly city: string }[];
  /** The answer, cut as servers cut text: anywhere. */
  readonly pieces: readonly string[];
}

export function textOf({ pieces }: Turn): string {
  return pieces.join('');
}
