export { restoredCall } from './restored-call.ts';
export { StreamGuard, type GuardOptions } from './guard.ts';
