import type { Exchange, Prompt } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { Places } from './places.ts';
import { EARLIER, type Labelling } from './taint.ts';

/**
 * True if the model reads what policy calls private: a result of such a tool, what such a tool of the provider may bring in, or something that
 * the provider stores, of which nobody here knows what it is.
 */
export function isPrivate(exchange: Exchange, policy: CompiledPolicy): boolean {
  return privateIn(exchange, policy).next().done !== true;
}

/** All that is private, one after the other. */
export function* privateIn(
  { prompt, recallsPrivate }: Exchange,
  policy: CompiledPolicy,
): Generator<Labelling, void> {
  const { asksForPrivate, readsPrivate } = policy.action;
  if (!asksForPrivate) return;
  if (recallsPrivate === true) yield { pointer: null, why: EARLIER };
  for (const { builtin, name, pointer } of prompt.offers)
    if (builtin && readsPrivate?.(name) === true) yield { pointer, why: 'a tool that the provider runs' };
  for (const pointer of pointersOf(prompt, policy)) yield { pointer, why: 'a result with private data' };
  for (const { kind, pointer } of prompt.media)
    if (kind === 'opaque') yield { pointer, why: 'what the provider stores' };
}

/** Results of tools that read private data. */
export function privatePlaces(prompt: Prompt, policy: CompiledPolicy): Places {
  return new Places(pointersOf(prompt, policy));
}

/** A result without a tool may be of any. */
function pointersOf({ results = [] }: Prompt, { action }: CompiledPolicy): readonly string[] {
  const { asksForPrivate, readsPrivate } = action;
  if (!asksForPrivate || readsPrivate === null) return [];
  return results
    .filter(({ tools }) => tools.length === 0 || tools.some(readsPrivate))
    .map(({ pointer }) => pointer);
}
