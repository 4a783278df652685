/** One sign of an attempt to take control of a model: words of some classes, in this order, near each other. */
export interface InjectionRule {
  /** Stable: it appears in metrics and records. Several rules may share one. */
  readonly id: string;
  /**
   * Classes of the lexicon in their order; a number between two of them is the maximum number of other words between. `^class`: at the
   * beginning of a line, a quotation or an element; `~class`: there, or the second sign of a script without spaces; `!class`: there, or
   * soon after a word of the class `told`. `class:`: before a
   * colon or a closing bracket. A sign never spans sentences.
   */
  readonly phrase: string;
  /** Weight of this sign alone, from 0 to 1. Signs add up as 1 − Π(1 − weight), each ID counted once. */
  readonly weight: number;
  /** Counts only in tool results and documents, which should not contain instructions. */
  readonly untrustedOnly?: true;
  /** Counts only in text of users: other text mostly describes something with these words. */
  readonly userOnly?: true;
}

export function rule(id: string, weight: number, phrase: string): InjectionRule {
  return {
    id: `injection.${id}`,
    weight,
    phrase,
  };
}
export function untrusted(id: string, weight: number, phrase: string): InjectionRule {
  return {
    ...rule(id, weight, phrase),
    untrustedOnly: true,
  };
}
export function user(id: string, weight: number, phrase: string): InjectionRule {
  return {
    ...rule(id, weight, phrase),
    userOnly: true,
  };
}
/**
 * An order stands at the beginning of a sentence or is addressed to a person. Elsewhere the words are a description, as in change logs,
 * manuals and reports.
 */
export function order(
  id: string,
  weights: readonly [order: number, mention: number],
  phrase: string,
): readonly InjectionRule[] {
  return [
    rule(id, weights[0], `~${phrase}`),
    rule(id, weights[0], `addressed 1 ${phrase}`),
    rule(id, weights[1], phrase),
  ];
}

/**
 * An order in a tool result or document, bare or after a word such as "must" or "then". What follows "please" may be a person's request to another:
 * `^ask` finds it, for less.
 */
export function orderInData(id: string, weight: number, phrase: string): InjectionRule {
  return untrusted(id, weight, `!${phrase}`);
}
