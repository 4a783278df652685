export { readable, withoutHalf } from './holder.ts';
export { compilePatterns, createBuiltinDetector, createPatternDetector } from './pattern-set.ts';
export type { PatternSpec } from './matcher.ts';
export { PatternError } from './pattern-error.ts';
export { parsePattern } from './parse.ts';
export { printPattern } from './print.ts';
export { relax } from './relax.ts';
export { patternSize } from './size.ts';
