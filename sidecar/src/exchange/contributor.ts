import type { Reply } from './exchange.ts';
import type { Segment } from './segment.ts';

/** What besides the model has a part in a reply: a document or a tool whose text is in it, or a tool that the provider ran. */
export type Contributor = 'document' | 'tool' | 'provider';

/** Contributors to a whole reply. Arguments of calls that it hands to the client have none. */
export function contributorsTo({ segments, calls }: Reply): readonly Contributor[] {
  const found = new Set<Contributor>();
  for (const segment of segments) {
    const contributor = contributorOf(segment);
    const isOfCall =
      contributor === 'provider' && calls.some(({ pointer }) => segment.pointer.startsWith(pointer));
    if (contributor !== null && !isOfCall) found.add(contributor);
  }
  return [...found];
}

/** Null for a text of the model. */
export function contributorOf({ origin, channel }: Pick<Segment, 'origin' | 'channel'>): Contributor | null {
  if (origin === 'document' || origin === 'tool') return origin;
  return channel === 'tool_arguments' ? 'provider' : null;
}
