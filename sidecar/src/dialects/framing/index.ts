export { type Framer } from './framer.ts';
export { createFramer } from './framers.ts';
export { blankFrame, renderFrame, type WireFrame } from './wire-frame.ts';
