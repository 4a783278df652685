import { z } from 'zod';

import { key, mapping } from '../kinds/key.ts';
import { size } from '../kinds/quantity.ts';
import { common, smallest, type Rule } from '../kinds/rule.ts';
import { isAgeRecipient } from '../patterns/age-recipient.ts';

export type ContentSetting = 'none' | 'commit' | 'sealed';

/**
 * Bodies are kept where every layer wants that; commitments are made where any does. So `none` and `sealed` meet in `commit`, which is at
 * least as strict as both: it keeps nothing, and can be held against a body.
 */
export const contentOfLayers: Rule<ContentSetting> = {
  meet: (a, b) => (a === b ? a : 'commit'),
  canonical: (value) => value,
};

// Never quotes what was written: it may be an identity, which is a secret.
const RECIPIENT_EXPECTED =
  'expected a public key of age: "age1" and 58 characters with a valid checksum, as age-keygen prints it; never an identity (AGE-SECRET-KEY-…)';

const MAX_RECIPIENTS = 8;

const SAMPLE_EXPECTED = 'expected a number from 0 to 1';

/** How bodies are kept where `content` says `sealed`. */
export const sealed = mapping({
  recipients: key(
    z
      .array(z.string({ error: RECIPIENT_EXPECTED }).refine(isAgeRecipient, { error: RECIPIENT_EXPECTED }))
      .max(MAX_RECIPIENTS)
      .optional()
      .describe(
        'Public keys of age (`age1…`), at most 8: any one of their identities opens a body. Only those that all layers name count; where none is left, the policy is invalid.',
      ),
    common<string>(),
  ),
  sample: key(
    z
      .number({ error: SAMPLE_EXPECTED })
      .min(0, { error: SAMPLE_EXPECTED })
      .max(1, { error: SAMPLE_EXPECTED })
      .default(1)
      .describe(
        'Share of the exchanges whose bodies are kept. The decision ID determines which: its first 8 hex digits divided by 2^32 are less than `sample`. The smallest wins. Default: 1.',
      ),
    smallest,
  ),
  bodyBytes: key(
    size(64 * 1024 * 1024)
      .default(1024 * 1024)
      .describe(
        'Of a longer body only this much is kept, and the record says so. The smallest wins. Default: 1MiB.',
      ),
    smallest,
  ),
  folderBytes: key(
    size(2 ** 40)
      .default(64 * 1024 * 1024)
      .describe(
        'What all sealed bodies may take on the audit volume, at most half of it; `whenFull` decides what happens then. The smallest wins. Default: 64MiB.',
      ),
    smallest,
  ),
});
