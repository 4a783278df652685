import { PROMPT_LEAK_RULE } from './leak/index.ts';
import { IMAGE_RULE, URL_RULE } from './links/index.ts';
import { ALL_PII_ENTITIES, PII_DESCRIPTIONS, piiRule } from './pii/index.ts';
import { PRIVATE_KEY_RULE, SECRET_RULES } from './secrets/index.ts';

/** Reference entry of a rule. */
export interface DetectorRule {
  readonly id: string;
  readonly description: string;
}

/** Every rule of the detectors in this folder except injection's; the reference is generated from it. */
export const DETECTOR_RULES: readonly DetectorRule[] = [
  ...ALL_PII_ENTITIES.map((entity) => ({ id: piiRule(entity), description: PII_DESCRIPTIONS[entity] })),
  ...SECRET_RULES.map(({ name, description }) => ({ id: `secret.${name}`, description })),
  { id: PRIVATE_KEY_RULE, description: 'PEM or OpenPGP private key, from its header to its footer' },
  { id: IMAGE_RULE, description: 'Markdown or HTML image on a host that is not allowed' },
  { id: URL_RULE, description: 'Link, tag or bare URL to a host that is not allowed' },
  {
    id: PROMPT_LEAK_RULE,
    description:
      'Passage of the instructions in the system prompt: 8 or more words that speak to the model, or 24 of any kind',
  },
  { id: 'document.NAME', description: 'Passage of the protected documents of the fingerprint set NAME' },
];
