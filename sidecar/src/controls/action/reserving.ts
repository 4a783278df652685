import type { Verdict } from '../../exchange/index.ts';
import { CountedCalls } from '../conversation/shared-calls.ts';
import type { Counting } from './earlier-calls.ts';

/** A verdict on calls, some of which may count. */
export interface Reserving {
  readonly verdict: Verdict;
  /**
   * The verdict once what its calls count is reserved at the server that replicas share. Absent: it is final. Rejects with
   * DetectorUnavailable where they had to be judged again, and could not be.
   */
  readonly settle?: () => Promise<Verdict>;
  /** The calls are not made after all, and do not count. Absent: none counts. */
  readonly takeBack?: () => void;
}

/** `isEnforced`: false where the verdict has no effect. What is allowed is then counted without a wait. */
export function judgeReserving(
  counting: Counting | undefined,
  isEnforced: boolean,
  judge: (counting: Counting | undefined) => Verdict,
): Reserving {
  if (counting === undefined) return { verdict: judge(counting) };
  const { shared, log } = counting;
  const counted = shared?.begin() ?? new CountedCalls(log);
  const verdict = judge({ ...counting, log: counted });
  // What is refused is not made, nor what stands beside it, and neither counts.
  if (verdict.kind === 'block') return { verdict };
  // Where replicas share a server: until it has them, other exchanges of this sidecar count them too.
  const takeOut = counted.addTo(log);
  if (shared !== undefined && !isEnforced) shared.note(counted);
  if (shared === undefined || !isEnforced || !counted.hasAdded) return { verdict, takeBack: takeOut };
  let isReserved = false;
  return {
    verdict,
    settle: async () => {
      const settled = await shared.settle(counted, verdict, (calls) => judge({ ...counting, log: calls }));
      isReserved = settled.kind !== 'block';
      return settled;
    },
    takeBack: () => {
      takeOut();
      if (isReserved) shared.giveBack(counted);
      isReserved = false;
    },
  };
}
