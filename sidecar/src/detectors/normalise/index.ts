export type { Decoded } from './decode.ts';
export { fold } from './fold.ts';
export { views, type View } from './views.ts';
