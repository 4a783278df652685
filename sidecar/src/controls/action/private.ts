import type { Exchange, Prompt } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { Places } from './places.ts';

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
    !privatePlaces(prompt, policy).isEmpty ||
    prompt.media.some(({ kind }) => kind === 'opaque')
  );
}

/** Results of tools that read private data. A result without a tool may be of any. */
export function privatePlaces({ results = [] }: Prompt, { action }: CompiledPolicy): Places {
  const { asksForPrivate, readsPrivate } = action;
  if (!asksForPrivate || readsPrivate === null) return new Places([]);
  return new Places(
    results
      .filter(({ tools }) => tools.length === 0 || tools.some(readsPrivate))
      .map(({ pointer }) => pointer),
  );
}
