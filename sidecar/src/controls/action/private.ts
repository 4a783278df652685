import type { Exchange, Prompt, Segment } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';

/**
 * True if the model reads what policy calls private: a result of such a tool, what such a tool of the provider may bring in, or something that
 * the provider stores, of which nobody here knows what it is.
 */
export function isPrivate({ prompt, recallsPrivate }: Exchange, policy: CompiledPolicy): boolean {
  const { asksForPrivate, readsPrivate } = policy.action;
  if (!asksForPrivate) return false;
  return (
    recallsPrivate === true ||
    prompt.offers.some(({ builtin, name }) => builtin && readsPrivate?.(name) === true) ||
    privatePlaces(prompt, policy).length > 0 ||
    prompt.media.some(({ kind }) => kind === 'opaque')
  );
}

/** Pointers of results of tools that read private data. A result without a tool may be of any. */
export function privatePlaces({ results = [] }: Prompt, { action }: CompiledPolicy): readonly string[] {
  const { asksForPrivate, readsPrivate } = action;
  if (!asksForPrivate || readsPrivate === null) return [];
  return results
    .filter(({ tools }) => tools.length === 0 || tools.some(readsPrivate))
    .map(({ pointer }) => pointer);
}

/** True if a segment is in one of these places. */
export function isWithin({ pointer }: Pick<Segment, 'pointer'>, places: readonly string[]): boolean {
  return places.some((place) => pointer.startsWith(place) && /^(?:$|[/#])/.test(pointer.slice(place.length)));
}
