import type { ToolCall } from '../../exchange/index.ts';
import { applyEdits, readArguments, type Edit } from '../../dialects/json/index.ts';
import { replaceSpans, scanText, Tally, type Budget, type TextRule } from '../index.ts';

/**
 * Arguments as the caller gets them, with the values in place of pseudonyms: what is judged is what runs. The same text where no rule restores
 * any. `key`: pointer of the call, for messages. @throws Malformed, DetectorUnavailable
 */
export function restoredArguments(
  text: string,
  key: string,
  rules: readonly TextRule[],
  budget: Budget,
): string {
  const restoring = rules.filter(({ restores }) => restores !== undefined);
  if (restoring.length === 0) return text;
  const restored = (leaf: string): string | null => {
    const spans = scanText(leaf, key, restoring, { tally: new Tally('enforce'), budget });
    return spans.length === 0 ? null : replaceSpans(leaf, spans);
  };
  const reading = readArguments(text);
  if (reading.kind === 'text') return restored(text) ?? text;
  const edits = reading.leaves.flatMap(({ pointer, text: leaf }): readonly Edit[] => {
    const replacement = restored(leaf);
    return replacement === null ? [] : [{ pointer, replacement }];
  });
  return edits.length === 0 ? text : applyEdits(text, edits);
}

/** A call as the caller gets it. */
export function restoredCall(call: ToolCall, rules: readonly TextRule[], budget: Budget): ToolCall {
  return { ...call, arguments: restoredArguments(call.arguments, call.pointer, rules, budget) };
}
