/** What the console does with policies that are edited there: the functions of `policy check`, `explain`, `diff` and `test`, and what rules mean. */
export { ruleMeaning, type RuleMeaning } from './rule-meaning.ts';
export { explainPolicy } from '../policy/layers/explanation.ts';
export { hitsOf } from '../commands/policy/command-io.ts';
export { replay } from '../commands/policy/replay.ts';
export { outcomeOf, parseTraffic, stricter, TrafficInvalid } from '../commands/policy/traffic.ts';
export { unifiedDiff } from '../commands/policy/unified-diff.ts';
export { JsonFault, jsonValues, offsetIn, positionAt } from './json-text.ts';
export { exampleTraffic, shapeRequests } from './shape-request.ts';
