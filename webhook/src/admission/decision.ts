import { refusalText, type Refusal } from '../inject/index.ts';
import type { Decision } from './admission-review.ts';

/** Allows a request unchanged. */
export function allow(audit: Readonly<Record<string, string>>, warnings: readonly string[] = []): Decision {
  return {
    allowed: true,
    patch: [],
    warnings,
    audit,
    message: null,
  };
}

export function deny(reason: string, field: string, message: string): Decision {
  return {
    allowed: false,
    patch: [],
    warnings: [],
    audit: { decision: 'refused', reason, field },
    message,
  };
}

export function denyPod(refusal: Refusal): Decision {
  return deny(refusal.code, refusal.field, refusalText(refusal));
}
