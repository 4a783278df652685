export { type Framer } from './framer.ts';
export { createFramer } from './framers.ts';
export { blankFrame, heartbeatOf, isHeartbeat, renderFrame, type WireFrame } from './wire-frame.ts';
