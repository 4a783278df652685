import { z } from 'zod';

import { PII_ENTITIES } from '../../detectors/index.ts';
import { action, allowList, linkHost, mode, ruleId } from './schema-parts.ts';

const pattern = z
  .string()
  .min(1)
  .max(2000)
  .describe(
    'A regular expression in RE2 syntax (no look-around, no back-references), so that no input can make matching slow. It must match at least one character. At most 2000 characters.',
  );

const origins = ['system', 'user', 'assistant', 'tool', 'document'] as const;

const rule = z.strictObject({
  id: ruleId.describe('Names the rule in metrics, records and refusals. Layers may share it.'),
  pattern,
  action: z
    .enum(['redact', 'block'])
    .default('block')
    .describe(
      '`block` refuses the exchange, `redact` replaces each match by `[REDACTED]`. Default: `block`.',
    ),
  mode,
});

const ingressRule = rule.extend({
  roles: z
    .array(z.enum(origins))
    .min(1)
    .optional()
    .describe(
      'Whose text the rule reads: `system`, `user`, `assistant`, `tool`, `document`. Default: everybody’s.',
    ),
});

const threshold = z.number().min(0).max(1);

const pii = (byDefault: 'redact' | 'block') =>
  z.strictObject({
    action: action(byDefault),
    mode,
    entities: z
      .array(z.enum(PII_ENTITIES))
      .min(1)
      .default([...PII_ENTITIES])
      .describe('Which kinds of personal data are looked for. Layers add up. Default: all kinds.'),
  });

const injection = z.strictObject({
  action: action('block'),
  mode,
  threshold: threshold
    .default(0.8)
    .describe(
      'Score from which text of users and assistants counts as injection; for what tools say about themselves, half the way from there to 1. The lowest of the layers wins. Default: 0.8.',
    ),
  untrusted: z
    .strictObject({
      threshold: threshold
        .default(0.5)
        .describe(
          'Score from which untrusted text (tool results, documents) counts as injection. Default: 0.5.',
        ),
    })
    .prefault({})
    .describe('Settings for text that neither the workload wrote nor the caller typed.'),
});

/** The kinds of parts that no detector can read, as the exchange names them. */
export const MEDIA_KINDS = ['image', 'audio', 'video', 'file', 'opaque'] as const;
export type MediaKind = (typeof MEDIA_KINDS)[number];

const mediaAction = z.enum(['block', 'allow']).default('block');

function mediaKind(what: string) {
  return z
    .strictObject({
      action: mediaAction.describe('`block` refuses them, `allow` lets them pass unread. Default: `block`.'),
      mode,
    })
    .optional()
    .describe(`${what} Default: as \`media.action\` and \`media.mode\` say.`);
}

/** What happens to parts that no detector can read, by kind. */
const media = (parts: string) =>
  z.strictObject({
    action: mediaAction.describe(
      `For every kind that is not named below: \`block\` refuses ${parts} with such parts, \`allow\` lets the parts pass unread. Default: \`block\`.`,
    ),
    mode,
    image: mediaKind('Images.'),
    audio: mediaKind('Recordings and synthesised speech.'),
    video: mediaKind('Videos.'),
    file: mediaKind('Other files that are not text (PDF, archives), and parts of a type that is not known.'),
    opaque: mediaKind(
      'What only the provider can read: encrypted reasoning, ids of files and of earlier turns that it stores, arrays of tokens, embedded prompts.',
    ),
  });

export const ingress = z.strictObject({
  mode,
  injection: injection.optional().describe('Text that tries to take over the model. Default: blocked.'),
  secrets: z
    .strictObject({ action: action('redact'), mode })
    .optional()
    .describe('Credentials in what goes to the model. Default: off.'),
  pii: pii('redact').optional().describe('Personal data in what goes to the model. Default: off.'),
  media: media('requests')
    .optional()
    .describe(
      'Parts of requests that no detector can read. Text in files is read and judged whatever this says. Default: blocked.',
    ),
  rules: z
    .array(ingressRule)
    .max(1000)
    .optional()
    .describe('Patterns of your own for what goes to the model. Layers add up.'),
});

export const egress = z.strictObject({
  mode,
  pii: pii('redact').optional().describe('Personal data in what the model says. Default: redacted.'),
  secrets: z
    .strictObject({ action: action('block'), mode })
    .optional()
    .describe('Credentials in what the model says. Default: blocked.'),
  promptLeak: z
    .strictObject({ action: action('block'), mode })
    .optional()
    .describe('Replies that repeat the system prompt of their request. Default: blocked.'),
  documents: z
    .strictObject({
      action: action('block'),
      mode,
      fingerprints: z
        .array(
          z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/, {
            error:
              'expected the name of a fingerprints file, without its ending: lower-case letters, digits, dots and dashes',
          }),
        )
        .default([])
        .describe(
          'Protected documents: `NAME` is the file `NAME.fingerprints` beside the policy, made with `policy fingerprint`. Layers add up.',
        ),
    })
    .refine(({ action: does, fingerprints }) => does === 'off' || fingerprints.length > 0, {
      path: ['fingerprints'],
      error: 'missing; expected the names of one fingerprints file or more, made with policy fingerprint',
    })
    .optional()
    .describe('Replies that repeat protected documents. Default: off.'),
  links: z
    .strictObject({
      action: action('redact'),
      mode,
      allowHosts: allowList(linkHost, 'Hosts that replies may link to. Default: none.').optional(),
    })
    .optional()
    .describe(
      'Links and images in replies that would carry data to a host when shown or followed. Default: observed.',
    ),
  media: media('replies')
    .optional()
    .describe(
      'Parts of replies that no detector can read. Default: recorded as `observed` and passed; `opaque` passes without a record.',
    ),
  rules: z
    .array(rule)
    .max(1000)
    .optional()
    .describe('Patterns of your own for what the model says. Layers add up.'),
  onBlock: z
    .enum(['finish', 'error'])
    .optional()
    .describe(
      'How a reply that has begun is cut off: `finish` ends it cleanly as withheld in its dialect, `error` makes the client’s SDK raise. `error` is the stricter one: nobody can take it for an answer. Default: `finish`.',
    ),
});
