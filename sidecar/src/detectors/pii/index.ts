export { PII_DESCRIPTIONS, PII_ENTITIES, type PiiEntity } from './entity.ts';
export { createPiiDetector, piiRule } from './pii.ts';
