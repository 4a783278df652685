import { z } from 'zod';

import { ALL_PII_ENTITIES, PII_ENTITIES, type PiiEntity } from '../../detectors/index.ts';
import { key } from '../kinds/key.ts';
import { mode } from '../kinds/mode.ts';
import { union, type Rule } from '../kinds/rule.ts';
import { setting } from '../kinds/setting.ts';

type Action = 'off' | 'mask' | 'tokenise' | 'redact' | 'block';

/** `block` over `redact` over the others: of masking and tokenising, each shows what the other hides. */
const strictest: Rule<Action> = {
  meet(a, b) {
    if (a === b || b === 'off') return a;
    if (a === 'off') return b;
    return a === 'block' || b === 'block' ? 'block' : 'redact';
  },
  canonical: (value) => value,
};

const MASK =
  '`mask` replaces letters and digits by `*`, but for the last four of a number with nine digits or more';

const entities = key(
  z
    .array(z.enum(ALL_PII_ENTITIES))
    .min(1)
    .default([...PII_ENTITIES])
    .describe(
      'Which kinds of personal data are looked for. Entries from all layers are combined. Default: all kinds but `PERSON` and `ADDRESS`, which take a rule more for each text and have false alarms.',
    ),
  union<PiiEntity>(),
);

/** Personal data in what goes to the model. */
export const inboundPii = setting({
  action: key(
    z
      .enum(['off', 'mask', 'tokenise', 'redact', 'block'])
      .default('redact')
      .describe(
        `\`block\` refuses the exchange, \`redact\` replaces what was found by its kind and lets the rest pass, ${MASK}, \`tokenise\` replaces it by a pseudonym such as \`<EMAIL_402913>\`, for which the caller gets the value back in the reply, \`off\` does not look. Where layers differ, \`block\` is the strictest, then \`redact\`, which also holds where one masks and one tokenises. Default: \`redact\`.`,
      ),
    strictest,
  ),
  mode,
  entities,
});

/** Personal data in what the model says. */
export const outboundPii = setting({
  action: key(
    z
      .enum(['off', 'mask', 'redact', 'block'])
      .default('redact')
      .describe(
        `\`block\` refuses the exchange, \`redact\` replaces what was found by its kind and lets the rest pass, ${MASK}, \`off\` does not look. Values that the caller gets back for pseudonyms (\`ingress.pii.action: tokenise\`) are its own and not looked at. Default: \`redact\`.`,
      ),
    strictest as Rule<Exclude<Action, 'tokenise'>>,
  ),
  mode,
  entities,
});
