import type { Prompt } from '../exchange/index.ts';

/** The server uses the model in the path, and may use the one in the body: policy must allow both. Null: the path names none. */
export function withPathModel(prompt: Prompt, model: string | null): Prompt {
  if (model === null) return prompt;
  const others = prompt.model === null || prompt.model === model ? [] : [prompt.model];
  return { ...prompt, model, alternatives: [...(prompt.alternatives ?? []), ...others] };
}
