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

export const ingress = z.strictObject({
  mode,
  injection: injection.optional().describe('Text that tries to take over the model. Default: blocked.'),
  secrets: z
    .strictObject({ action: action('redact'), mode })
    .optional()
    .describe('Credentials in what goes to the model. Default: off.'),
  pii: pii('redact').optional().describe('Personal data in what goes to the model. Default: off.'),
  media: z
    .strictObject({
      action: z
        .enum(['block', 'allow'])
        .default('block')
        .describe(
          '`block` refuses requests with parts that no text detector can read; `allow` lets them pass unread. Default: `block`.',
        ),
      mode,
    })
    .optional()
    .describe('Images, audio, files and references to such at the provider. Default: blocked.'),
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
