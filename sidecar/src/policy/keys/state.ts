import { z } from 'zod';

import { key, mapping, section } from '../kinds/key.ts';
import { duration } from '../kinds/quantity.ts';
import { agreed } from '../kinds/agreed.ts';
import { smallest, strict } from '../kinds/rule.ts';
import { secretFile } from './secret-file.ts';

const URL_EXPECTED =
  'expected the URL of a server, such as "valkeys://valkey.shop.svc:6379": valkeys, valkey, rediss or redis, without a password';

const PREFIX_EXPECTED = 'expected letters, digits and ".", "_", ":", "-", such as "llm-boundary"';

/** `SCHEME://[USER@]HOST[:PORT][/DATABASE]`. */
const STATE_URL = /^(?:valkey|redis)s?:\/\/(?:[\w.~-]{1,128}@)?[^\s/?#@\\]+(?:\/\d{0,4})?$/;

/** All layers must agree, since replicas that use different servers would not count together. */
const server = mapping({
  url: key(
    z
      .string({ error: URL_EXPECTED })
      .max(500, { error: URL_EXPECTED })
      .regex(STATE_URL, { error: URL_EXPECTED })
      .refine((url) => URL.canParse(url), { error: URL_EXPECTED })
      .describe(
        'A Valkey or Redis server (6.2 or later, no cluster), with user and number of the database where they are not the default: `valkeys://boundary@valkey.shop.svc:6379/2`. `valkeys` and `rediss` use TLS, verified as other upstreams are (`--ca` of the sidecar).',
      ),
    agreed(),
  ),
  passwordFile: key(
    secretFile
      .optional()
      .describe(
        'File in the folder of secrets (`--secrets` of the sidecar, `sidecar.policySecret` of the chart) with the password, read again for each connection. Default: none is sent.',
      ),
    agreed(),
  ),
  keyFile: key(
    secretFile.describe(
      'File in the folder of secrets with at least 32 characters, the same in all replicas: names of counters are digests under this key, so that the server has no name of a caller.',
    ),
    agreed(),
  ),
  keyPrefix: key(
    z
      .string({ error: PREFIX_EXPECTED })
      .regex(/^[\w.:-]{1,64}$/, { error: PREFIX_EXPECTED })
      .default('llm-boundary')
      .describe(
        'Begins the name of each key, for access rules of the server (`~llm-boundary:*`). Default: llm-boundary.',
      ),
    agreed(),
  ),
});

export const state = section({
  server: key(
    server.schema
      .optional()
      .describe(
        'Where the replicas of a workload keep what they count together: `calls.count` and `calls.sum`, `limits.spend`, and requests and tokens per minute. Layers that name different servers are refused. Default: each sidecar counts alone.',
      ),
    server,
  ),
  timeout: key(
    duration(10_000)
      .optional()
      .describe('Longest wait for an answer of the server. The smallest wins. Default: 250ms.'),
    smallest,
    { default: '250ms' },
  ),
  onUnreachable: key(
    z
      .enum(['refuse', 'local'])
      .optional()
      .describe(
        'While the server does not answer in time: `refuse` refuses exchanges that need it (503 `detector_unavailable`), `local` goes on with what each sidecar counts, with the rule `state.unreachable` on the record. Where layers differ, `refuse`. Default: refuse.',
      ),
    strict<'refuse' | 'local'>('refuse'),
    { default: 'refuse' },
  ),
});
