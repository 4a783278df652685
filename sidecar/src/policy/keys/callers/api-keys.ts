import { z } from 'zod';

import { key, mapping } from '../../kinds/key.ts';
import { common, fixed, paired, strict } from '../../kinds/rule.ts';
import { secretFile } from '../secret-file.ts';

/** Where SDKs put their key. */
const KEY_HEADERS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

const entry = mapping({
  file: key(
    secretFile.describe(
      'File in the folder of secrets (`--secrets` of the sidecar, `sidecar.policySecret` of the chart) with one entry a line, as `llm-boundary-sidecar callers key` writes it: hash, subject, groups, end. Read again within a second of a change. While it is missing or a line of it is invalid, none of its keys is accepted.',
    ),
    fixed<string>(),
  ),
  headers: key(
    z
      .array(z.enum(KEY_HEADERS))
      .min(1)
      .default([...KEY_HEADERS])
      .describe(
        'Headers that may hold a key: `authorization` with the scheme Bearer, `x-api-key` (Anthropic), `api-key` (Azure), `x-goog-api-key` (Gemini). Only those that all layers have count. Default: all of them.',
      ),
    common(),
  ),
  forward: key(
    z
      .boolean()
      .default(false)
      .describe(
        'Whether the model server gets the key, once it is verified. `false` of any layer wins. Default: false; the header is removed.',
      ),
    strict<boolean>(false),
  ),
});

export const apiKeys = z
  .array(entry.schema)
  .max(8)
  .refine((entries) => new Set(entries.map(({ file }) => file)).size === entries.length, {
    error: 'a file is listed twice',
  });

export const apiKeysOfLayers = paired(
  entry,
  ({ headers }) => headers.length > 0,
  (a, b) => a.file === b.file,
);
