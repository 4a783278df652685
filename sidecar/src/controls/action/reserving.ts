import type { Verdict } from '../../exchange/index.ts';
import type { Counting } from './earlier-calls.ts';

/** A verdict on calls, some of which may count. */
export interface Reserving {
  readonly verdict: Verdict;
  /**
   * The verdict once what its calls count is reserved at the server that replicas share. Absent: it is final. Rejects with
   * DetectorUnavailable where they had to be judged again, and could not be.
   */
  readonly settle?: () => Promise<Verdict>;
}

/** `isEnforced`: false where the verdict has no effect. What is allowed is then counted without a wait. */
export function judgeReserving(
  counting: Counting | undefined,
  isEnforced: boolean,
  judge: (counting: Counting | undefined) => Verdict,
): Reserving {
  const shared = counting?.shared;
  if (counting === undefined || shared === undefined) return { verdict: judge(counting) };
  const counted = shared.begin();
  const verdict = judge({ ...counting, log: counted });
  // What is refused is not made, and does not count.
  if (verdict.kind === 'block') return { verdict };
  // Until the server has them, other exchanges of this sidecar count them too.
  counted.addTo(counting.log);
  if (!isEnforced) shared.note(counted);
  if (!isEnforced || !counted.hasAdded) return { verdict };
  return {
    verdict,
    settle: () => shared.settle(counted, verdict, (log) => judge({ ...counting, log })),
  };
}
