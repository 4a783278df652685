export { assessInjection, assessInSlices } from './assess.ts';
export { MODEL_FILE } from './model.ts';
export { INJECTION_RULES } from './rules.ts';
