export { CONDITION_NAMES, type Condition, type Reason } from './condition.ts';
export { foundInDecision, foundInPrompt, type Found } from './found.ts';
export { ConditionsWatch, type ConditionsReport, type ConditionState, type ExchangeSight } from './watch.ts';
