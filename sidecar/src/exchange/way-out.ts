/** The policy change that would allow a refused exchange. */
export type WayOut =
  /** Keys, any of which may have made the decision. The detail of a refusal is more exact if possible. */
  | { readonly kind: 'keys'; readonly keys: readonly [string, ...string[]] }
  /** The content cannot be judged: only observing the whole policy forwards it. */
  | { readonly kind: 'observe' }
  | { readonly kind: 'none' };

/** The path of a policy key, or a statement that there is none. */
const NAMED =
  /\b(?:action|audit|callers|egress|endpoints|ingress|limits|models|outbound)\.[a-z]|\bno policy\b|\bmode: observe\b/i;

/** True if a sentence already states the policy change. */
export function namesWayOut(sentence: string): boolean {
  return NAMED.test(sentence);
}

/** The policy change, for the policy's author. */
export function wayOutSentence(wayOut: WayOut): string {
  switch (wayOut.kind) {
    case 'keys':
      return `${listed(wayOut.keys)} of the policy would allow it.`;
    case 'observe':
      return 'No policy key allows content that cannot be inspected; only mode: observe would forward it.';
    case 'none':
      return 'No policy key would allow it.';
    default:
      return wayOut satisfies never;
  }
}

function listed(keys: readonly string[]): string {
  const [last = ''] = keys.slice(-1);
  return keys.length === 1 ? last : `${keys.slice(0, -1).join(', ')} or ${last}`;
}
