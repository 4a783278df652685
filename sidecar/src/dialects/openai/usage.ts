import type { Usage } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null };

/** The `usage` of a body in either of OpenAI's spellings; null where there is none. */
export function readUsage(root: Place): Usage | null {
  const usage = root.object('usage');
  if (usage === null) return null;
  return {
    inputTokens: usage.count('prompt_tokens') ?? usage.count('input_tokens'),
    outputTokens: usage.count('completion_tokens') ?? usage.count('output_tokens'),
  };
}
