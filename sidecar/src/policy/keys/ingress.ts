import { z } from 'zod';

import { key, mapping, section } from '../kinds/key.ts';
import { classifier } from './classifier.ts';
import { mediaRule, requestMedia } from './media.ts';
import { mode } from '../kinds/mode.ts';
import { inboundPii } from './pii.ts';
import { count } from '../kinds/quantity.ts';
import { smallest, together } from '../kinds/rule.ts';
import { blocking, redacting, setting } from '../kinds/setting.ts';
import { ingressRule, ingressRules, MAX_RULES } from '../kinds/text-rule.ts';

const threshold = z.number().min(0).max(1);

const untrusted = mapping({
  threshold: key(
    threshold
      .default(0.5)
      .describe(
        'Score from which untrusted text (tool results, documents) counts as injection. Default: 0.5.',
      ),
    smallest,
  ),
});

const injection = setting({
  ...blocking,
  threshold: key(
    threshold
      .default(0.8)
      .describe(
        'Score from which text of users and assistants counts as injection; for what tools say about themselves, half the way from there to 1. The lowest of the layers wins. Default: 0.8.',
      ),
    smallest,
  ),
  untrusted: key(
    untrusted.schema
      .prefault({})
      .describe(
        'Settings for untrusted text: tool results, documents, and other text that neither the workload nor the caller wrote.',
      ),
    untrusted,
  ),
  classifier: key(
    classifier.schema
      .optional()
      .describe(
        'A classifier elsewhere that is asked too, such as Prompt Guard or PIGuard behind Text Embeddings Inference, vLLM or Triton: **texts leave the pod**. Its score adds to that of the sidecar and takes nothing from it. It counts where this section enforces; where it observes, metrics count what it finds. Default: none.',
      ),
    classifier,
  ),
});

const delimiter = z.string().min(3).max(200);

const pair = z
  .strictObject({
    start: delimiter.describe('Text before what was pasted, exactly: `<document>`, `--- page ---`.'),
    end: delimiter.describe(
      'Text behind it. The last one in a message counts, since what was pasted may contain it; without one, all to the end of the message was pasted.',
    ),
  })
  .describe('What stands between them, and they themselves, was pasted.');

const pasted = mapping({
  chars: key(
    count(2 ** 30)
      .optional()
      .describe(
        'Messages of users with as many characters (UTF-16 code units, all parts of a message together) were pasted as a whole. The smallest of the layers. Default: length tells nothing.',
      ),
    smallest,
  ),
  between: key(
    z
      .array(pair)
      .max(32)
      .optional()
      .describe(
        'Delimiters that the application puts around texts that it, or its user, takes from elsewhere. Those of all layers count. Default: none.',
      ),
    together<z.output<typeof pair>>(),
  ),
});

const secrets = setting(redacting);

export const ingress = section({
  mode,
  injection: key(
    injection.schema
      .optional()
      .describe('Text that tries to override the instructions of the model. Default: blocked.'),
    injection,
    { default: {}, floor: true },
  ),
  secrets: key(
    secrets.schema.optional().describe('Credentials in what goes to the model. Default: off.'),
    secrets,
    { default: { action: 'off' }, floor: true },
  ),
  pii: key(
    inboundPii.schema.optional().describe('Personal data in what goes to the model. Default: off.'),
    inboundPii,
    {
      default: { action: 'off' },
      floor: true,
    },
  ),
  pasted: key(
    pasted.schema
      .optional()
      .describe(
        'How texts that users paste are told from those that they type: pasted ones are untrusted like documents. They taint (`exchange.tainted`), their values are not the user’s (`sources`), and the threshold of `injection.untrusted` holds for them. Default: all text of users is theirs.',
      ),
    pasted,
  ),
  media: key(
    requestMedia
      .optional()
      .describe(
        'Parts of requests that no detector can read. Text in files is read and judged whatever this says. Default: blocked.',
      ),
    mediaRule,
    { default: {}, floor: true },
  ),
  rules: key(
    z
      .array(ingressRule)
      .max(MAX_RULES)
      .optional()
      .describe('Patterns of your own for what goes to the model. Entries from all layers are combined.'),
    ingressRules,
    { default: [] },
  ),
});
