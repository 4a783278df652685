import type { Prompt } from '../exchange/index.ts';

/** What a prompt says of tools where its API has none. */
export const WITHOUT_TOOLS: Pick<Prompt, 'offers' | 'choice' | 'calls'> = {
  offers: [],
  choice: { kind: 'none' },
  calls: [],
};
