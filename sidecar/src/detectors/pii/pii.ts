import type { Detector } from '../detector.ts';
import { createBuiltinDetector, type PatternSpec } from '../patterns/index.ts';
import { ADDRESS_RULES } from './address.ts';
import { AMERICAN_RULES } from './americas.ts';
import { ASIA_PACIFIC_RULES } from './asia-pacific.ts';
import { CONTACT_RULES } from './contact.ts';
import { DOCUMENT_RULES } from './document.ts';
import { PII_ENTITIES, type PiiEntity } from './entity.ts';
import { EUROPEAN_RULES } from './europe.ts';
import { FINANCE_RULES } from './finance.ts';
import { PERSON_RULES } from './person.ts';
import { PHONE_FORMS } from './phone-forms.ts';
import { PHONE_RULES } from './phone.ts';
import { CUED, unlabelled, type EntityRule } from './rule.ts';

/** All forms of all entities. */
export const PII_RULES: readonly EntityRule[] = [
  ...CONTACT_RULES,
  ...PHONE_RULES,
  ...PHONE_FORMS,
  ...FINANCE_RULES,
  ...[...AMERICAN_RULES, ...EUROPEAN_RULES, ...ASIA_PACIFIC_RULES].map((rule) =>
    rule.source.includes(CUED) ? rule : unlabelled(rule),
  ),
  ...DOCUMENT_RULES,
  ...PERSON_RULES,
  ...ADDRESS_RULES,
];

/** Rule ID of an entity's findings: `pii.credit-card` for `CREDIT_CARD`. */
export function piiRule(entity: PiiEntity): string {
  return `pii.${entity.toLowerCase().replaceAll('_', '-')}`;
}

/**
 * Finds personal data by form, checksum and context words, names and postal addresses by keys, words and shapes, where they are wanted. What
 * needs a language model is out of scope.
 */
export function createPiiDetector(entities: readonly PiiEntity[] = PII_ENTITIES): Detector {
  const wanted = new Set(entities);
  const specs = PII_RULES.filter((rule) => wanted.has(rule.entity)).map(
    ({ entity, ...rule }): PatternSpec => ({
      ...rule,
      id: piiRule(entity),
    }),
  );
  return createBuiltinDetector('pii', specs);
}
