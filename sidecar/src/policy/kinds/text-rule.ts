import { z } from 'zod';

import { sorted } from './canonical-json.ts';
import { modeSchema } from './mode.ts';
import { together, type Rule } from './rule.ts';
import { ruleId } from './scalars.ts';

const pattern = z
  .string()
  .min(1)
  .max(2000)
  .describe(
    'A regular expression in RE2 syntax (no look-around, no back-references), so that no input can make matching slow. It must match at least one character. At most 2000 characters. All patterns of a document together may have about 500,000 steps as RE2 compiles them: `[a-z]{900}` has 1,800, a `\\p{L}` 640.',
  );

const origins = ['system', 'user', 'assistant', 'tool', 'document'] as const;

/** Entries of one list. */
export const MAX_RULES = 1000;

/** Steps of the programs of all patterns of a document (`patternSize`): about a second of compilation and 40 MiB. */
export const MAX_PATTERN_STEPS = 500_000;

/** A custom pattern. */
export const textRule = z.strictObject({
  id: ruleId.describe('Names the rule in metrics, records and refusals. Layers may share it.'),
  pattern,
  action: z
    .enum(['redact', 'block'])
    .default('block')
    .describe(
      '`block` refuses the exchange, `redact` replaces each match by `[REDACTED]`. Default: `block`.',
    ),
  mode: modeSchema,
});

/** A custom pattern for some roles. */
export const ingressRule = textRule.extend({
  roles: z
    .array(z.enum(origins))
    .min(1)
    .optional()
    .describe(
      'Roles whose text the rule scans: `system`, `user`, `assistant`, `tool`, `document`. Default: all.',
    ),
});

export const textRules: Rule<z.output<typeof textRule>[]> = together();
export const ingressRules: Rule<z.output<typeof ingressRule>[]> = together((rule) =>
  rule.roles === undefined ? rule : { ...rule, roles: sorted(rule.roles) },
);
