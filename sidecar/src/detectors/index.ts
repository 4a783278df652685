export { AT_START, type Detector, type Finding, type Progress } from './detector.ts';
export { mergeFindings } from './findings.ts';
export {
  PatternError,
  compilePatterns,
  createPatternDetector,
  type PatternSet,
  type PatternSpec,
} from './patterns/index.ts';
export { PII_ENTITIES, createPiiDetector, piiRule, type PiiEntity } from './pii/index.ts';
export { createSecretsDetector } from './secrets/index.ts';
export { replacementFor } from './replacement.ts';
export { assessInjection } from './injection/index.ts';
export {
  FingerprintError,
  createDocumentsDetector,
  createPromptLeakDetector,
  fingerprint,
} from './leak/index.ts';
export {
  beforeUnit,
  behindUnit,
  forgetUnits,
  NOTHING_READ,
  originalEnd,
  originalStart,
  readingAt,
  readOn,
  readWhole,
  type Reading,
} from './normalise/index.ts';
export { createLinksDetector } from './links/index.ts';
export { DETECTOR_RULES, type DetectorRule } from './catalogue.ts';
