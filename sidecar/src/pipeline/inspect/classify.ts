import {
  isClassifierEnforced,
  NOT_CLASSIFIED,
  type Ahead,
  type Classified,
  type Known,
} from '../../controls/index.ts';
import type { InspectionContext } from './inspector.ts';

/** What is asked about the texts of an exchange. */
export type Asking = Pick<InspectionContext, 'classifier' | 'policy'> & {
  readonly exchange: Pick<InspectionContext['exchange'], 'caller'>;
};

/** Before an answer: texts of policies with a classifier have none. Undefined where none is asked. */
export function unanswered({ classifier = null }: Pick<Asking, 'classifier'>): Classified | undefined {
  return classifier === null ? undefined : NOT_CLASSIFIED;
}

/** Has texts classified. Where policy observes, the answer is counted beside the exchange, which does not wait. Never rejects. */
export async function classify(
  texts: readonly string[],
  { classifier = null, policy, exchange }: Asking,
): Promise<Classified | undefined> {
  if (classifier === null || texts.length === 0) return unanswered({ classifier });
  const answer = classifier.ask(texts, exchange.caller);
  return isClassifierEnforced(policy) ? answer : NOT_CLASSIFIED;
}

/** What a request is judged with; a classifier that was not asked has no answers. */
export function knownOf(
  scanned: { readonly ahead: Ahead } | null,
  classified: Classified | undefined,
  asking: Pick<Asking, 'classifier'>,
): Known {
  return { ahead: scanned?.ahead, classified: classified ?? unanswered(asking) };
}
