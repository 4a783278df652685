import type { Prompt } from '../exchange/index.ts';

/** The server takes the model that the path names, and may take the one of the body: both are asked about. Null: the path names none. */
export function withPathModel(prompt: Prompt, model: string | null): Prompt {
  if (model === null) return prompt;
  const others = prompt.model === null || prompt.model === model ? [] : [prompt.model];
  return { ...prompt, model, alternatives: [...(prompt.alternatives ?? []), ...others] };
}
