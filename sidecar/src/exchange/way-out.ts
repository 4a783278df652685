/** What in the policy would let a refused exchange through. */
export type WayOut =
  /** Settings, any of which may have made the decision. The detail of a refusal is more exact where it can be. */
  | { readonly kind: 'keys'; readonly keys: readonly [string, ...string[]] }
  /** It cannot be judged, so that nothing but observing the whole policy passes it on. */
  | { readonly kind: 'observe' }
  | { readonly kind: 'none' };

/** A key of the policy by its path, or a statement that there is none. */
const NAMED =
  /\b(?:action|audit|egress|endpoints|ingress|limits|models|outbound)\.[a-z]|\bno policy\b|\bmode: observe\b/i;

/** True where a sentence says the way out itself. */
export function namesWayOut(sentence: string): boolean {
  return NAMED.test(sentence);
}

/** The way out, for whoever writes the policy. */
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
