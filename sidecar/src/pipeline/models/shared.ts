import { countersOf, unreachable, type Spending } from '../../controls/index.ts';
import type { Exchange, Hit, Verdict } from '../../exchange/index.ts';
import type { InspectionContext } from '../inspect/inspector.ts';

/** Reads what the replicas counted: tokens, and the calls that conditions may ask for. False: the server cannot be reached. */
export async function fetchShared(
  exchange: Exchange,
  spending: Spending | null,
  { conversations, now, policy, state = null }: InspectionContext,
): Promise<boolean> {
  const { shared } = conversations.counting(now, state);
  const counters = exchange.prompt.offers.length === 0 ? [] : countersOf(exchange, policy.action);
  const read = await Promise.all([shared?.fetch(counters) ?? true, spending?.fetch() ?? true]);
  return read.every(Boolean);
}

/**
 * The verdict where what the replicas share could not be read. A reference that is refused because nothing is known of it may be known to another
 * replica: that the client can ask again counts.
 */
export function withoutShared(verdict: Verdict, { state = null, policy }: InspectionContext): Verdict {
  if (state === null) return verdict;
  const onUnreachable = policy.mode === 'observe' ? 'local' : state.onUnreachable;
  const isOpen = onUnreachable === 'refuse' && verdict.hits.some(isUnknownReference);
  return unreachable(isOpen ? { kind: 'allow', hits: verdict.hits } : verdict, onUnreachable);
}

function isUnknownReference({ rule, action, mode }: Hit): boolean {
  return rule === 'media.opaque' && action === 'block' && mode === 'enforce';
}
