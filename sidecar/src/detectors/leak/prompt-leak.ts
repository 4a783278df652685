import type { Detector } from '../detector.ts';
import { GRAM, gramAt, type Gram } from './gram.ts';
import { givesAway, instructionsOf } from './instructions.ts';
import { createPassageDetector, indexGrams } from './passages.ts';
import { wordsOf } from './words.ts';

export const PROMPT_LEAK_RULE = 'leak.system-prompt';

/**
 * Finds passages of the instructions in the system prompt, whatever their case, spacing and punctuation: 8 or more consecutive words that
 * address the model, or 24 of any kind. Text that the prompt tells the model to say or to quote does not count. Null if the texts have no
 * such passage, so that nothing can leak verbatim.
 */
export function createPromptLeakDetector(systemTexts: readonly string[]): Detector | null {
  const index = indexGrams(grams(systemTexts.flatMap(instructionsOf)), true);
  return index.keys.size === 0 ? null : createPassageDetector(PROMPT_LEAK_RULE, index, givesAway);
}

function* grams(texts: readonly string[]): Generator<Gram> {
  for (const text of texts) {
    const words = wordsOf(text);
    for (let at = 0; at + GRAM <= words.count; at++) yield gramAt(words, at);
  }
}
