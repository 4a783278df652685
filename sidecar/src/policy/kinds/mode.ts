import { z } from 'zod';

import { key } from './key.ts';
import { strict } from './rule.ts';

/** Absent means enforce in every layer that names the section: an omission never weakens. */
export const modeSchema = z
  .enum(['enforce', 'observe'])
  .default('enforce')
  .describe(
    '`enforce` applies verdicts; `observe` records and counts them as `observed` and lets the exchange go on. Default: `enforce`.',
  );

/** The `mode` of the document, of a section, of a setting or of an entry of a list. */
export const mode = key(modeSchema, strict('enforce'), { default: 'enforce', floor: true });
