import type { Hit, RefusalCode } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';

/** True where the whole policy observes: then nothing of an exchange changes but its decision id. */
export function observes({ mode }: Pick<CompiledPolicy, 'mode'>): boolean {
  return mode === 'observe';
}

/** What an observing policy would have refused, and no rule of its own made. */
export function observedHit(control: Hit['control'], rule: string, code: RefusalCode): Hit {
  return { control, rule, action: 'block', code, mode: 'observe', pointer: null };
}

/** The rule names of `observedHit`, by what was met. */
export const OBSERVED = {
  request: 'request.unreadable',
  requestBytes: 'limits.request-bytes',
  reply: 'response.unreadable',
  responseBytes: 'limits.response-bytes',
  endpoint: 'endpoint.not-listed',
} as const;
