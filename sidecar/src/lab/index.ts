/** What the console does with policies that are edited there: the functions of `policy check`, `explain`, `diff` and `test`, and what their rules refuse. */
export { ACTION_RULES } from '../exchange/action-rules.ts';
export { explainPolicy } from '../policy/layers/explanation.ts';
export { hitsOf } from '../commands/policy/command-io.ts';
export { replay } from '../commands/policy/replay.ts';
export { outcomeOf, parseTraffic } from '../commands/policy/traffic.ts';
export { unifiedDiff } from '../commands/policy/unified-diff.ts';
