import type { Hit } from './verdict.ts';

/** Keys of the rules of detectors and of the operator's own, by the first part of their ids; `*`: below the control that found it. */
const KEYS: Readonly<Record<string, string>> = {
  injection: 'ingress.injection',
  pii: '*.pii',
  secret: '*.secrets',
  rule: '*.rules',
  link: 'egress.links',
  leak: 'egress.promptLeak',
  document: 'egress.documents',
};

/**
 * The key of the policy whose rule made a hit in a text, and that would allow what it found; null where the rule is no such rule: the detail of a
 * refusal by it names its key, or its code has one only.
 */
export function decidingKey({ control, rule }: Pick<Hit, 'control' | 'rule'>): string | null {
  const [family = ''] = rule.split('.', 1);
  const key = rule !== family && Object.hasOwn(KEYS, family) ? KEYS[family] : undefined;
  return key?.replace('*', control) ?? null;
}
