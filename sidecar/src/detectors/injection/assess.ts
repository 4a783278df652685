import RE2 from 're2';

import type { Finding } from '../detector.ts';
import { views } from '../normalise/index.ts';
import { INJECTION_RULES, type InjectionRule } from './rules.ts';

const SET = new RE2.Set(
  INJECTION_RULES.map((rule) => rule.pattern),
  'i',
);

/** Decoding that hid a sign is a sign of its own: honest text has no reason to encode an instruction. */
const HIDDEN_BONUS = 0.5;

/**
 * How much a text looks like an attempt to take over the model, over all its readings (folded and decoded). The finding spans the whole
 * text and names the strongest rule; null where there is no sign at all. Pure, linear, never throws.
 */
export function assessInjection(text: string, untrusted: boolean): Finding | null {
  let best: Finding | null = null;
  for (const view of views(text)) {
    const { score, rule } = scoreOf(view.text, untrusted, view.by.length > 0);
    if (rule !== null && (best === null || score > best.score))
      best = { rule, score, start: 0, end: text.length };
  }
  return best;
}

function scoreOf(
  text: string,
  untrusted: boolean,
  hidden: boolean,
): { readonly score: number; readonly rule: string | null } {
  let strongest: InjectionRule | null = null;
  let doubt = 1;
  for (const index of SET.match(text)) {
    const rule = INJECTION_RULES[index];
    if (rule === undefined || (rule.untrustedOnly === true && !untrusted)) continue;
    doubt *= 1 - rule.weight;
    if (strongest === null || rule.weight > strongest.weight) strongest = rule;
  }
  if (strongest === null) return { score: 0, rule: null };
  return { score: 1 - (hidden ? doubt * (1 - HIDDEN_BONUS) : doubt), rule: strongest.id };
}
