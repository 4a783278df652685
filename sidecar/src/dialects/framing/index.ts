export { createFramer, MAX_FRAME_CHARS, type Framer } from './framer.ts';
export { blankFrame, renderFrame, type WireFrame } from './wire-frame.ts';
