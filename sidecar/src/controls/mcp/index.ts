import type { McpMessage } from '../../exchange/index.ts';
import { judge } from '../run.ts';
import type { Verdict } from '../../exchange/verdict.ts';
import { judgeMessage, type McpContext } from './judge.ts';

export { combineVerdicts } from './combine.ts';
export { isEnforcedFor } from './enforced.ts';
export { LinkedCalls, NO_LINKS, type McpLinks } from './links.ts';
export { McpMemory } from './memory.ts';
export type { McpContext } from './judge.ts';

/** The result of judging a message. */
export interface McpJudged {
  readonly verdict: Verdict;
  /** Pointers of parts to remove; the verdict then is `redact`. */
  readonly gone: readonly string[];
}

/** Applies all controls to one MCP message. Never throws: a failed control is a block (invariant 1). */
export function judgeMcp(message: McpMessage, context: McpContext, now: () => number): McpJudged {
  let gone: readonly string[] = [];
  const verdict = judge(
    context.action.policy,
    now,
    (tally, budget) => {
      gone = judgeMessage(message, context, tally, budget);
    },
    context,
  );
  if (verdict.kind === 'block') return { verdict, gone: [] };
  return verdict.kind === 'allow' && gone.length > 0
    ? { verdict: { kind: 'redact', hits: verdict.hits, redactions: [] }, gone }
    : { verdict, gone };
}
