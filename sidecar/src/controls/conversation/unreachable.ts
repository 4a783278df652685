import type { Hit, Verdict } from '../../exchange/index.ts';

const DETAIL =
  'the state that the replicas share cannot be reached, and state.onUnreachable of the policy is refuse';

/** The rule of decisions without what the replicas count together. */
export const UNREACHABLE = 'state.unreachable';

/** A verdict that needs the shared state, where its server cannot be reached. */
export function unreachable(verdict: Verdict, onUnreachable: 'refuse' | 'local' = 'refuse'): Verdict {
  const hit: Hit = {
    control: 'action',
    rule: UNREACHABLE,
    action: 'block',
    code: 'detector_unavailable',
    mode: onUnreachable === 'refuse' ? 'enforce' : 'observe',
    pointer: null,
  };
  const isKnown = verdict.hits.some(({ rule }) => rule === hit.rule);
  const hits = isKnown ? verdict.hits : [...verdict.hits, hit];
  if (verdict.kind === 'block' || onUnreachable === 'local') return { ...verdict, hits };
  return { kind: 'block', hits, code: 'detector_unavailable', detail: DETAIL, retryAfterSeconds: 1 };
}
