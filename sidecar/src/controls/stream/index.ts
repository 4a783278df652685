export { StreamGuard, type GuardOptions, type Step, type StreamFacts } from './guard.ts';
