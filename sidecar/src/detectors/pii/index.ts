export { digitsOf, iso97, luhn } from './checksum.ts';
export { ALL_PII_ENTITIES, PII_DESCRIPTIONS, PII_ENTITIES, type PiiEntity } from './entity.ts';
export { createPiiDetector, PII_RULES, piiRule } from './pii.ts';
