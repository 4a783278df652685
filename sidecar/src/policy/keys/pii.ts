import { z } from 'zod';

import { PII_ENTITIES, type PiiEntity } from '../../detectors/index.ts';
import { key } from '../kinds/key.ts';
import { union } from '../kinds/rule.ts';
import { redacting, setting } from '../kinds/setting.ts';

/** Personal data, in either direction. */
export const pii = setting({
  ...redacting,
  entities: key(
    z
      .array(z.enum(PII_ENTITIES))
      .min(1)
      .default([...PII_ENTITIES])
      .describe(
        'Which kinds of personal data are looked for. Entries from all layers are combined. Default: all kinds.',
      ),
    union<PiiEntity>(),
  ),
});
