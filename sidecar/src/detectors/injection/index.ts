export { assessInjection } from './assess.ts';
export { INJECTION_RULES } from './rules.ts';
