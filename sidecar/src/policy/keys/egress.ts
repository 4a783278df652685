import { z } from 'zod';

import { allAgree, allowList } from '../kinds/allow-list.ts';
import { key, section } from '../kinds/key.ts';
import { mediaRule, replyMedia } from './media.ts';
import { mode } from '../kinds/mode.ts';
import { outboundPii } from './pii.ts';
import { strict, union } from '../kinds/rule.ts';
import { linkHost } from '../kinds/scalars.ts';
import { blocking, redacting, setting } from '../kinds/setting.ts';
import { MAX_RULES, textRule, textRules } from '../kinds/text-rule.ts';

const secrets = setting(blocking);
const promptLeak = setting(blocking);

const documents = setting({
  ...blocking,
  fingerprints: key(
    z
      .array(
        z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, {
          error:
            'expected the name of a fingerprints file, without its ending: lower-case letters, digits, dots and dashes',
        }),
      )
      .default([])
      .describe(
        'Protected documents: `NAME` is the file `NAME.fingerprints` beside the policy, made with `policy fingerprint`. Entries from all layers are combined.',
      ),
    union(),
  ),
});

const links = setting({
  ...redacting,
  allowHosts: key(
    allowList(linkHost, 'Hosts that replies may link to. Default: none.').optional(),
    allAgree(),
  ),
});

export const egress = section({
  mode,
  pii: key(
    outboundPii.schema.optional().describe('Personal data in what the model says. Default: redacted.'),
    outboundPii,
    {
      default: {},
      floor: true,
    },
  ),
  secrets: key(
    secrets.schema.optional().describe('Credentials in what the model says. Default: blocked.'),
    secrets,
    { default: {}, floor: true },
  ),
  promptLeak: key(
    promptLeak.schema
      .optional()
      .describe('Replies that repeat the system prompt of their request. Default: blocked.'),
    promptLeak,
    { default: {}, floor: true },
  ),
  documents: key(
    documents.schema
      .refine(({ action, fingerprints }) => action === 'off' || fingerprints.length > 0, {
        path: ['fingerprints'],
        error: 'missing; expected the names of one fingerprints file or more, made with policy fingerprint',
      })
      .optional()
      .describe('Replies that repeat protected documents. Default: off.'),
    documents,
    { default: { action: 'off' }, floor: true },
  ),
  links: key(
    links.schema
      .optional()
      .describe(
        'Links and images in replies that would carry data to a host when shown or followed. Default: observed.',
      ),
    links,
    { default: { mode: 'observe', allowHosts: [] }, floor: { mode: 'observe' } },
  ),
  media: key(
    replyMedia
      .optional()
      .describe(
        'Parts of replies that no detector can read. Default: recorded as `observed` and passed; `opaque` passes without a record.',
      ),
    mediaRule,
    { default: { mode: 'observe', opaque: { action: 'allow' } }, floor: true },
  ),
  rules: key(
    z
      .array(textRule)
      .max(MAX_RULES)
      .optional()
      .describe('Patterns of your own for what the model says. Entries from all layers are combined.'),
    textRules,
    { default: [] },
  ),
  onBlock: key(
    z
      .enum(['finish', 'error'])
      .optional()
      .describe(
        'How a reply that has begun is cut off: `finish` ends it cleanly as withheld in its dialect, unless the client has already received a tool call; `error` makes the SDK of the client raise an error. `error` is stricter: the reply cannot be mistaken for a complete one. Default: `finish`.',
      ),
    strict('error'),
    { default: 'finish' },
  ),
});
