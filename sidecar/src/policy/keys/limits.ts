import { z } from 'zod';

import { key, mapping, section } from '../kinds/key.ts';
import { count, duration, size, windowOf } from '../kinds/quantity.ts';
import { smallest, together } from '../kinds/rule.ts';

const perCaller = mapping({
  requestsPerMinute: key(
    count(1e9).optional().describe('Requests per minute of one caller. Default: not limited.'),
    smallest,
  ),
  tokensPerMinute: key(
    count(1e12)
      .optional()
      .describe('Tokens per minute of one caller, input and output. Default: not limited.'),
    smallest,
  ),
  concurrent: key(
    count(1e6).optional().describe('Exchanges of one caller at the same time. Default: not limited.'),
    smallest,
  ),
});

/** Of one caller, as a layer sets them. */
export type Rates = z.output<typeof perCaller.schema>;

const WINDOW_EXPECTED = 'expected a time from 1s to 24h, such as "15m" or "24h"';
const TOKENS_EXPECTED = 'expected at least one of tokens, inputTokens, outputTokens';

const spend = z
  .strictObject({
    of: z
      .enum(['caller', 'workload', 'conversation'])
      .describe(
        'Whose tokens count together: of a `caller` (by issuer and subject where it is verified, else by address; outbound: the workload), of one `conversation` of a caller, or of all callers of the `workload`.',
      ),
    window: z
      .string({ error: WINDOW_EXPECTED })
      .refine((text) => windowOf(text) !== null, { error: WINDOW_EXPECTED })
      .describe('The time that is looked back: `90s`, `15m`, `24h` at most.'),
    tokens: count(1e12).optional().describe('Input and output together. Default: not limited.'),
    inputTokens: count(1e12).optional().describe('Input alone. Default: not limited.'),
    outputTokens: count(1e12).optional().describe('Output alone. Default: not limited.'),
    unreported: z
      .enum(['estimate', 'exhaust'])
      .default('estimate')
      .describe(
        'What counts where the model server reports no usage, or zero for a text that is there, as many do for streams, and all do for a response that they queue in the background: `estimate` counts four characters of text as one token; `exhaust` uses up the budget, so that further requests are refused until the window has passed. Default: `estimate`.',
      ),
  })
  .refine(({ tokens, inputTokens, outputTokens }) => (tokens ?? inputTokens ?? outputTokens) !== undefined, {
    error: TOKENS_EXPECTED,
  });

/** A budget of tokens, as a layer sets it. */
export type Spend = z.output<typeof spend>;

export const limits = section({
  requestBytes: key(
    size(2 ** 30)
      .optional()
      .describe('Largest request body, also after decompression. Default: 4MiB.'),
    smallest,
    { default: '4MiB' },
  ),
  responseBytes: key(
    size(2 ** 30)
      .optional()
      .describe(
        'Largest whole reply, also after decompression; of a stream, holdChars bounds what is held. Default: 16MiB.',
      ),
    smallest,
    { default: '16MiB' },
  ),
  outputTokens: key(
    count(1e9)
      .optional()
      .describe(
        'Most output tokens that a request may ask for. Without a number in the request, only the model server bounds it. Default: not limited.',
      ),
    smallest,
  ),
  requestsPerMinute: key(
    count(1e9).optional().describe('Requests per minute through one sidecar. Default: not limited.'),
    smallest,
  ),
  tokensPerMinute: key(
    count(1e12)
      .optional()
      .describe(
        'Tokens per minute, input and output, through one sidecar; where the model server reports no usage, four characters count as one. Default: not limited.',
      ),
    smallest,
  ),
  concurrent: key(
    count(1e6).optional().describe('Exchanges at the same time through one sidecar. Default: not limited.'),
    smallest,
  ),
  perCaller: key(
    perCaller.schema
      .optional()
      .describe(
        'The same for each caller of the inbound listener, beside the limits of the sidecar: for a verified caller (`callers`) by issuer and subject, else by address. Default: not limited.',
      ),
    perCaller,
  ),
  spend: key(
    z
      .array(spend)
      .max(16)
      .optional()
      .describe(
        'Tokens that may be used within a window, as the model server reports them. When they are used up, requests are refused (429 `limit_exceeded` with `retry-after`); those that already run are not. Counted by each sidecar, or by all replicas together (`state`). All entries of all layers must hold. Default: not limited.',
      ),
    together<Spend>(),
  ),
  holdChars: key(
    count(2 ** 26)
      .optional()
      .describe(
        'Most characters (UTF-16 code units) held back in one stream; arguments of tool calls are held back until the call is allowed. Beyond, the stream is refused. Of running text, 65536 at most. Default: 1048576.',
      ),
    smallest,
    { default: 2 ** 20 },
  ),
  detectorMs: key(
    duration(600e3)
      .optional()
      .describe(
        'Time for all detectors on one request or one reply; beyond, it is refused with `detector_unavailable`. Default: 2s.',
      ),
    smallest,
    { default: '2s' },
  ),
});
