export { StreamGuard } from './guard.ts';
