import type { Caller } from '../../exchange/index.ts';

/** Scores of texts, from 0 to 1. A text that is not in it has no answer. */
export type Classified = ReadonlyMap<string, number>;

/** No text has an answer. */
export const NOT_CLASSIFIED: Classified = new Map();

/** Asks a classifier elsewhere. */
export interface Classifier {
  /** Resolves within the time of the policy, whatever the classifier does. Never rejects. `caller`: keeps what is remembered apart. */
  ask(texts: readonly string[], caller: Caller): Promise<Classified>;
}
