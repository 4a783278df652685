import type { Hit, Usage, Verdict } from '../../exchange/index.ts';

/** What the caller is to do next. */
export type Step =
  /** Send it. */
  | {
      readonly kind: 'release';
      readonly wire: string | Uint8Array;
      /** What a later request may give back. */
      readonly references: readonly string[];
      /** It says nothing, and may have overtaken what is held. */
      readonly isHeartbeat: boolean;
    }
  /** Make the decision durable, then call `recorded()`. Nothing behind it leaves before. */
  | {
      readonly kind: 'record';
      readonly control: 'egress' | 'action';
      readonly verdict: Verdict;
      readonly tools: readonly string[];
    }
  /** The decision to withhold is on the record: end the reply. Nothing follows. */
  | { readonly kind: 'withheld'; readonly verdict: Verdict & { readonly kind: 'block' } }
  /** Feed more, or end. */
  | { readonly kind: 'wait' };

/** What a stream said about itself, for the record and the meters. */
export interface StreamFacts {
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly tools: readonly string[];
  /** UTF-16 code units of text and arguments so far, repetitions left out. */
  readonly chars: number;
}

/** The verdict of a decision with its hits: what was redacted on the way belongs to the last decision, whether the reply ends or is withheld. */
export function completed(control: 'egress' | 'action', verdict: Verdict, hits: readonly Hit[]): Verdict {
  if (verdict.kind === 'block')
    return control === 'action' ? { ...verdict, hits: [...verdict.hits, ...hits] } : verdict;
  const redacted =
    control === 'egress' && hits.some((hit) => hit.mode === 'enforce' && hit.action === 'redact');
  return redacted ? { kind: 'redact', hits, redactions: [] } : verdict;
}
