import type { Decision, Hit, Refusal, RefusalCode, Verdict } from '../../exchange/index.ts';

/** The recorded form of a decision. */
export interface Outcome {
  readonly verdict: Decision['verdict'];
  readonly code: RefusalCode | null;
  readonly status: number | null;
  readonly hits: readonly Hit[];
  readonly tokenised?: Decision['tokenised'] | undefined;
  readonly outcome?: Decision['outcome'];
}

/** The recorded form of a verdict. */
export function outcomeOf(verdict: Verdict, status: number | null): Outcome {
  return {
    verdict: verdict.kind,
    code: verdict.kind === 'block' ? verdict.code : null,
    status,
    hits: verdict.hits,
    tokenised: verdict.kind === 'block' ? undefined : verdict.tokenised,
  };
}

type Refused = Pick<Refusal, 'code' | 'isOurs'>;

/** A refusal that no policy rule made: malformed, too large, unavailable. */
export function refusedOutcome(refused: Refused, status: number, hits: readonly Hit[] = []): Outcome {
  return { verdict: 'block', code: refused.code, status, hits, outcome: endOf(refused) };
}

/** How a refused exchange ended: by the server's fault, or by the boundary's decision. */
export function endOf({ code, isOurs = false }: Refused): 'refused' | 'upstream_failed' {
  const isFault = code === 'upstream_unavailable' || code === 'response_malformed';
  return isFault && !isOurs ? 'upstream_failed' : 'refused';
}
