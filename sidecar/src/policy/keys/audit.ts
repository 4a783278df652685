import { z } from 'zod';

import { contentOfLayers, sealed } from './audit-sealed.ts';
import { sinks } from './audit-sinks.ts';
import { key, section } from '../kinds/key.ts';
import { strict, type Rule } from '../kinds/rule.ts';

/** Neither to name everyone nor to name no one is the stricter: `digest` is at least as strict as both. */
const callersOfLayers: Rule<'digest' | 'subject' | 'none'> = {
  meet: (a, b) => (a === b ? a : 'digest'),
  canonical: (value) => value,
};

export const audit = section({
  required: key(
    z
      .boolean()
      .optional()
      .describe(
        'Nothing is forwarded or released before its record is durable. `true` of any layer wins. Default: true.',
      ),
    strict(true),
    { default: true, floor: true },
  ),
  content: key(
    z
      .enum(['commit', 'none', 'sealed'])
      .optional()
      .describe(
        '`commit` records keyed hashes of request and reply, which later prove the content without revealing it, and of values of tool arguments if the sidecar has a key for them (`--audit-digest-key`); `none` records nothing about content; `sealed` records the hashes and keeps the bodies beside the audit log, encrypted to `sealed.recipients`. Layers that differ meet in `commit`. Default: `commit`.',
      ),
    contentOfLayers,
    { default: 'commit', floor: true },
  ),
  // Without a default: it says something only where `content` is `sealed`.
  sealed: key(
    sealed.schema.optional().describe('How bodies are kept where `content` is `sealed`; ignored otherwise.'),
    sealed,
  ),
  callers: key(
    z
      .enum(['digest', 'subject', 'none'])
      .optional()
      .describe(
        'What lines have of a verified caller (`callers`): `digest` a keyed digest of its subject, if the sidecar has a key (`--audit-digest-key`), with the issuer; `subject` the subject itself as well; `none` nothing. Layers that differ meet in `digest`. Default: `digest`.',
      ),
    callersOfLayers,
    { default: 'digest', floor: true },
  ),
  whenFull: key(
    z
      .enum(['prune', 'refuse'])
      .optional()
      .describe(
        'What happens when the audit volume is nearly full: `prune` deletes the oldest file and records the deletion, `refuse` keeps every file and refuses new exchanges; the same holds for sealed bodies and `sealed.folderBytes`. In both cases, files that every `otlp` sink has received are deleted first. `refuse` wins. Default: `prune`.',
      ),
    strict('refuse'),
    { default: 'prune' },
  ),
  anchor: key(
    z
      .enum(['required', 'optional'])
      .optional()
      .describe(
        '`required`: new exchanges are refused (503 `audit_undelivered`) and the sidecar is not ready until the anchor has accepted a head of the audit log, and again whenever it has accepted none for a minute. `optional`: the delay is only measured. `required` wins. Default: `optional`.',
      ),
    strict('required'),
    { default: 'optional', floor: true },
  ),
  // Without a default: if no layer names a sink, the command line of the sidecar decides about standard output.
  sinks: key(sinks.schema, sinks.rule),
});
