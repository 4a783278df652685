import type { Decision } from './decision.ts';
import type { RefusalCode } from './refusal.ts';

/** What one policy makes of an exchange as a whole. */
export interface Judgement {
  readonly verdict: Decision['verdict'];
  /** Null unless the verdict is `block`. */
  readonly code: RefusalCode | null;
}

/** What a second policy would change: it refuses what the first lets pass, or the other way round, or they differ otherwise. */
export type Change = 'would_refuse' | 'would_allow' | 'other';

/** Null where two policies agree: the same verdict with the same code. */
export function changeBetween(live: Judgement, shadow: Judgement): Change | null {
  if (live.verdict === shadow.verdict && live.code === shadow.code) return null;
  if (live.verdict === shadow.verdict) return 'other';
  if (shadow.verdict === 'block') return 'would_refuse';
  return live.verdict === 'block' ? 'would_allow' : 'other';
}

const ORDER: readonly Judgement['verdict'][] = ['pass', 'allow', 'redact', 'block'];

/** The stricter of two judgements of parts of one exchange; the first of two that are equally strict. */
export function stricter(first: Judgement, second: Judgement): Judgement {
  return ORDER.indexOf(second.verdict) > ORDER.indexOf(first.verdict) ? second : first;
}
