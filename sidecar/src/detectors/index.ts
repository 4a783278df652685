export { AT_START, type Detector, type Finding, type Progress } from './detector.ts';
export { PatternError, createPatternDetector, patternSize } from './patterns/index.ts';
export {
  ALL_PII_ENTITIES,
  PII_ENTITIES,
  createPiiDetector,
  digitsOf,
  iso97,
  luhn,
  type PiiEntity,
} from './pii/index.ts';
export { createSecretsDetector } from './secrets/index.ts';
export { masked } from './mask.ts';
export { replacementFor } from './replacement.ts';
export { detectorVersions, type DetectorVersions } from './versions.ts';
export { assessInjection, assessInSlices } from './injection/index.ts';
export {
  createDocumentsDetector,
  createPromptLeakDetector,
  eachWord,
  fingerprint,
  type Word,
} from './leak/index.ts';
export {
  beforeGroups,
  besideGroups,
  decodedText,
  fold,
  forgetUnits,
  isInUnit,
  NOTHING_READ,
  offsetsIn,
  originalOffset,
  originalRange,
  PSEUDONYM,
  READERS,
  readPseudonyms,
  shownBy,
  viewsInSlices,
  viewsOf,
  type Decoding,
  type Reader,
  type Read,
  type Reading,
  type View,
} from './normalise/index.ts';
export { createLinksDetector } from './links/index.ts';
export { allAtOnce, LONG_TEXT, scanInSlices, type Sliced } from './slices.ts';
