import { detectorRule } from '../detectors/catalogue.ts';
import { ACTION_RULES } from '../exchange/action-rules.ts';
import { REFUSALS } from '../exchange/refusal.ts';

/** What a page says of a hit. */
export interface RuleMeaning {
  /** What the rule finds or refuses, from the reference. Null: a rule of the operator's, or one that its code says all of. */
  readonly meaning: string | null;
  /** What an operator does about it: of the detector, else of the code. Null: neither is known here, as with hits of newer sidecars. */
  readonly fix: string | null;
}

/** @param code of a refusal, as in the hit */
export function ruleMeaning({ rule, code }: { readonly rule: string; readonly code: string }): RuleMeaning {
  const detector = detectorRule(rule);
  if (detector !== null) return detector;
  const meaning = Object.hasOwn(ACTION_RULES, rule) ? (ACTION_RULES[rule] ?? null) : null;
  return { meaning, fix: isCode(code) ? REFUSALS[code].fix : null };
}

function isCode(code: string): code is keyof typeof REFUSALS {
  return Object.hasOwn(REFUSALS, code);
}
