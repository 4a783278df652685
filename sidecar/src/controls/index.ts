export type { Account, RuleAccount, ToolAccount } from './action/tool-account.ts';
export type { ActionContext, OpenSchema } from './action/action-context.ts';
export { judgeCall } from './action/action.ts';
export type { Definitions } from './action/definitions.ts';
export { mayRefuseCalls } from './action/offers.ts';
export { judgeReserving } from './action/reserving.ts';
export { countersOf } from './action/earlier-calls.ts';
export type { Ahead } from './ahead.ts';
export { NOT_CLASSIFIED, type Classified, type Classifier } from './ingress/classifier.ts';
export { ConversationMemory } from './conversation/conversation-memory.ts';
export { openingOf } from './conversation/scope.ts';
export { tokensIn, type Spending } from './conversation/spend.ts';
export { sumOf } from './conversation/shared-state.ts';
export type {
  SharedAmount,
  SharedPart,
  SharedReference,
  SharedState,
  SharedStep,
} from './conversation/shared-state.ts';
export { UNREACHABLE, unreachable } from './conversation/unreachable.ts';
export { Turn } from './conversation/turn.ts';
export { Budget, DetectorUnavailable, type Known } from './budget.ts';
export { instructionsIn, rulesIn } from './egress/egress.ts';
export {
  classifierOf,
  isClassifierEnforced,
  mcpTextsToClassify,
  textsToClassify,
} from './ingress/classified.ts';
export { withPasted } from './ingress/pasted.ts';
export { judgeMedia } from './media.ts';
export { permit, type Passing, type Permitted } from './permit.ts';
export {
  combineVerdicts,
  isEnforcedFor,
  judgeMcp,
  LinkedCalls,
  McpMemory,
  NO_LINKS,
  type McpContext,
  type McpJudged,
  type McpLinks,
} from './mcp/index.ts';
export {
  failedVerdict,
  isGuarded,
  judgeReply,
  judgeRequest,
  refusedCalls,
  replyRules,
  scanReplyAhead,
  scanRequestAhead,
  type Judged,
} from './run.ts';
export { JsonPlace, quoted } from './json-number.ts';
export { besidePseudonyms, withoutOwn } from './restoring.ts';
export { besideSigns, inOriginal, noteFindings, scanText, type TextRule } from './scan.ts';
export { mergeSpans, replaceSpans, type Span } from './span.ts';
export { Tally } from './tally.ts';
