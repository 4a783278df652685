import { z } from 'zod';

import { agreed } from '../kinds/agreed.ts';
import { key, mapping } from '../kinds/key.ts';
import { duration, size } from '../kinds/quantity.ts';
import { smallest, strict, union } from '../kinds/rule.ts';
import { secretFile } from './secret-file.ts';

const URL_EXPECTED =
  'expected the http or https URL of a classifier with its path, such as "https://tei.ml.svc/predict", without user, query or fragment';

const url = z
  .string({ error: URL_EXPECTED })
  .max(500, { error: URL_EXPECTED })
  .regex(/^https?:\/\/[^\s/?#@\\]+\/[^\s?#\\]*$/, { error: URL_EXPECTED })
  .refine((text) => URL.canParse(text), { error: URL_EXPECTED });

const NAME_EXPECTED = 'expected a name of up to 200 characters, without control characters';

const name = z.string({ error: NAME_EXPECTED }).regex(/^[^\p{Cc}]{1,200}$/u, { error: NAME_EXPECTED });

/** Joined by commas, so that layers can be compared. */
const CLASSES_EXPECTED =
  'expected names of the classes in the order of the output, such as "BENIGN,INJECTION"';

const classes = z
  .string({ error: CLASSES_EXPECTED })
  .regex(/^[^\p{Cc},]{1,100}(?:,[^\p{Cc},]{1,100}){1,63}$/u, { error: CLASSES_EXPECTED });

const ORIGINS = ['user', 'assistant', 'tool', 'document'] as const;

export const classifier = mapping({
  url: key(
    url.describe(
      'Where the classifier answers: `https://tei.ml.svc/predict`, `https://triton.ml.svc/v2/models/guard/infer`. Texts are sent there as they are, before anything is redacted. `https` is verified by `caFile`. Layers must agree.',
    ),
    agreed(),
  ),
  protocol: key(
    z
      .enum(['text-classification', 'vllm-classify', 'openai-moderation', 'kserve-v2'])
      .describe(
        'How it is asked: `text-classification` (Text Embeddings Inference and pipelines of Hugging Face), `vllm-classify` (`/classify` of vLLM), `openai-moderation` (`/v1/moderations`), `kserve-v2` (`/v2/models/NAME/infer` of Triton, OpenVINO and KServe, with a tensor of texts). Layers must agree.',
      ),
    agreed(),
  ),
  plaintext: key(
    z
      .enum(['cluster', 'allow'])
      .optional()
      .describe(
        'Where `http` may be used: `cluster` for loopback addresses and names of services (`tei`, `tei.ml.svc`, `tei.ml.svc.cluster.local`), `allow` anywhere. Default: cluster.',
      ),
    strict<'cluster' | 'allow'>('cluster'),
  ),
  tokenFile: key(
    secretFile
      .optional()
      .describe(
        'File in the folder of secrets (`--secrets` of the sidecar, `sidecar.policySecret` of the chart) with a bearer token for it, read again for each exchange that asks. Default: none is sent.',
      ),
    agreed(),
  ),
  caFile: key(
    secretFile
      .optional()
      .describe(
        'File in the folder of secrets with the certificates (PEM) that verify it, and no others. Default: as other upstreams (`--ca` of the sidecar, or those of the system).',
      ),
    agreed(),
  ),
  model: key(
    name
      .optional()
      .describe('`model` of requests in the protocols that name one (`vllm-classify`, `openai-moderation`).'),
    agreed(),
  ),
  labels: key(
    z
      .array(name)
      .min(1)
      .max(64)
      .optional()
      .describe(
        'Labels, classes or categories that mean an attack, in any case of letters; their scores count together. An answer that knows none of them is an error. `openai-moderation` without `labels`: what it has `flagged`. Those of all layers count. Default: INJECTION, JAILBREAK, MALICIOUS, UNSAFE, LABEL_1.',
      ),
    union<string>(),
  ),
  classes: key(
    classes
      .optional()
      .describe(
        'Names of the classes by their index, where answers have numbers alone (`vllm-classify`, `kserve-v2`): `BENIGN,INJECTION`. Default: `LABEL_0,LABEL_1`.',
      ),
    agreed(),
  ),
  scores: key(
    z
      .enum(['probabilities', 'logits'])
      .optional()
      .describe(
        'What the numbers of `kserve-v2` are; of `logits` the softmax is taken. Layers must agree. Default: probabilities.',
      ),
    agreed(),
  ),
  input: key(
    name.optional().describe('Name of the input tensor (`kserve-v2`, `BYTES`). Default: text.'),
    agreed(),
  ),
  output: key(
    name.optional().describe('Name of the output tensor (`kserve-v2`, floats). Default: its only one.'),
    agreed(),
  ),
  origins: key(
    z
      .array(z.enum(ORIGINS))
      .min(1)
      .optional()
      .describe(
        'Whose texts are sent: what users paste is sent for `user` and for `document`. Those of all layers count. Default: user, assistant, tool, document.',
      ),
    union<(typeof ORIGINS)[number]>(),
  ),
  threshold: key(
    z
      .number()
      .min(0.01)
      .max(0.99)
      .default(0.5)
      .describe(
        'Score of the classifier that counts by itself as injection. The lowest of the layers wins. Default: 0.5.',
      ),
    smallest,
  ),
  windowBytes: key(
    size(65_536)
      .refine((bytes) => bytes >= 64, { error: 'expected a size of at least 64 bytes' })
      .optional()
      .describe(
        'Longer texts are cut into overlapping windows of so many bytes of UTF-8, which have to fit the model: about four bytes a token in English, three for Chinese. One that it refuses as too long is cut further. The smallest wins. Default: 1500B.',
      ),
    smallest,
  ),
  timeout: key(
    duration(60_000)
      .optional()
      .describe('Longest wait for all texts of one message. The smallest wins. Default: 1s.'),
    smallest,
  ),
  onError: key(
    z
      .enum(['refuse', 'local'])
      .optional()
      .describe(
        'For a text that has no valid answer in time: `refuse` refuses the exchange (503 `detector_unavailable`), `local` goes by the detector of the sidecar alone, with the rule `classifier.unreachable` on the record. Where layers differ, `refuse`. Default: refuse.',
      ),
    strict<'refuse' | 'local'>('refuse'),
  ),
});
