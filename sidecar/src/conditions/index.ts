export { CONDITION_NAMES, type Condition, type Reason } from './condition.ts';
export { foundInDecision } from './found-in-decision.ts';
export { foundInPrompt } from './found-in-prompt.ts';
export type { Found } from './found.ts';
export { ConditionsWatch, type ConditionsReport, type ConditionState, type ExchangeSight } from './watch.ts';
