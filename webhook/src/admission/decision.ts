import type { Refusal } from '../inject/index.ts';
import { refusalText } from '../inject/index.ts';
import type { Decision } from './admission-review.ts';

/** Lets a request through as it is. */
export const allow = (
  audit: Readonly<Record<string, string>>,
  warnings: readonly string[] = [],
): Decision => ({
  allowed: true,
  patch: [],
  warnings,
  audit,
  message: null,
});

export const deny = (reason: string, field: string, message: string): Decision => ({
  allowed: false,
  patch: [],
  warnings: [],
  audit: { decision: 'refused', reason, field },
  message,
});

export const denyPod = (refusal: Refusal): Decision =>
  deny(refusal.code, refusal.field, refusalText(refusal));
