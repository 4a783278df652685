export { assessInjection } from './assess.ts';
export { INJECTION_RULES, type InjectionRule } from './rules.ts';
