import { z } from 'zod';

import { sinks } from './audit-sinks.ts';
import { key, section } from '../kinds/key.ts';
import { strict } from '../kinds/rule.ts';

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
      .enum(['commit', 'none'])
      .optional()
      .describe(
        '`commit` records keyed hashes of request and reply, which prove later what was said without telling it; `none` records no trace of content. `commit` wins. Default: `commit`.',
      ),
    strict('commit'),
    { default: 'commit', floor: true },
  ),
  whenFull: key(
    z
      .enum(['prune', 'refuse'])
      .optional()
      .describe(
        'What happens before the volume of the record is full: `prune` removes the oldest file and records which, `refuse` keeps everything and lets no exchange begin. Either way, files that every `otlp` sink has go first. `refuse` wins. Default: `prune`.',
      ),
    strict('refuse'),
    { default: 'prune' },
  ),
  anchor: key(
    z
      .enum(['required', 'optional'])
      .optional()
      .describe(
        '`required`: nothing new begins (503 `audit_undelivered`) and the sidecar is not ready before the anchor has taken a head of the record, and while it has taken none for a minute. `optional`: that is only measured. `required` wins. Default: `optional`.',
      ),
    strict('required'),
    { default: 'optional', floor: true },
  ),
  sinks: key(sinks.schema, sinks.rule, { default: ['file'] }),
});
