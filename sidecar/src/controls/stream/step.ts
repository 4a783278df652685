import type { Hit, ToolCall, Usage, Verdict } from '../../exchange/index.ts';

/** The next step for the caller. */
export type Step =
  /** Send it. */
  | {
      readonly kind: 'release';
      readonly wire: string | Uint8Array;
      /** References in it that a later request may return. */
      readonly references: readonly string[];
      /** Carries no content, and may have overtaken held frames. */
      readonly isHeartbeat: boolean;
    }
  /** Make the decision durable, then call `recorded()`. Nothing after it is sent before. */
  | {
      readonly kind: 'record';
      readonly control: 'egress' | 'action';
      readonly verdict: Verdict;
      readonly tools: readonly string[];
      /** The call that was judged, as the model wrote it. */
      readonly calls: readonly ToolCall[];
    }
  /** Wait for it, then go on: it settles a verdict with what the replicas of the workload share. Rejects with DetectorUnavailable. */
  | { readonly kind: 'settle'; readonly settled: () => Promise<void> }
  /** The decision to withhold is recorded: end the reply. Nothing follows. */
  | { readonly kind: 'withheld'; readonly verdict: Verdict & { readonly kind: 'block' } }
  /** Push more, or end. */
  | { readonly kind: 'wait' };

/** Facts about a stream for the record. */
export interface StreamFacts {
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly tools: readonly string[];
}

/** The verdict of a decision with its hits: earlier redactions belong to the last decision, whether the reply ends or is withheld. */
export function completed(control: 'egress' | 'action', verdict: Verdict, hits: readonly Hit[]): Verdict {
  if (verdict.kind === 'block')
    return control === 'action' ? { ...verdict, hits: [...verdict.hits, ...hits] } : verdict;
  const redacted =
    control === 'egress' && hits.some((hit) => hit.mode === 'enforce' && hit.action !== 'block');
  return redacted ? { ...verdict, kind: 'redact', hits, redactions: [] } : verdict;
}
