import type { Prompt, Usage } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { countOf, objectOf } from './tolerant.ts';

export { NO_USAGE } from '../../exchange/index.ts';

/** The `usage` of a body in either of OpenAI's forms; null if absent. */
export function readUsage(root: Place): Usage | null {
  const usage = objectOf(root, 'usage');
  if (usage === null) return null;
  return {
    inputTokens: countOf(usage, 'prompt_tokens') ?? countOf(usage, 'input_tokens'),
    outputTokens: countOf(usage, 'completion_tokens') ?? countOf(usage, 'output_tokens'),
  };
}

/** The request asks for a last chunk with the usage. */
export function wantedUsage(root: Place): Pick<Prompt, 'wantsUsage'> {
  return objectOf(root, 'stream_options')?.get('include_usage') === true ? { wantsUsage: true } : {};
}

/** In the form of chat and completions. Clients add up each member without checking that it is present. */
export function usageObject({ inputTokens, outputTokens }: Usage): object {
  const [prompt, completion] = [inputTokens ?? 0, outputTokens ?? 0];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
