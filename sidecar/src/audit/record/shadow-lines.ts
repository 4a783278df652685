import { z } from 'zod';

import { hit, policy } from './decision-lines.ts';
import { count, text, timed } from './place.ts';

const verdict = z.enum(['allow', 'redact', 'block', 'pass']);

/** What a policy without effect makes of an exchange. */
export const shadow = z
  .strictObject({
    ...timed,
    kind: z.literal('shadow'),
    exchange: text.describe('Id of the exchange, or of the connection that is not inspected.'),
    direction: z.enum(['inbound', 'outbound']).describe('To the model container, or from it.'),
    dialect: text.describe('The wire protocol; `opaque` if it was not inspected.'),
    change: z
      .enum(['would_refuse', 'would_allow', 'other'])
      .describe(
        '`would_refuse`: the shadow refuses what the policy in force let pass; `would_allow`: the other way round; `other`: another verdict or another code.',
      ),
    control: z.enum(['ingress', 'egress', 'action']).describe('The control that makes the difference.'),
    live: z
      .strictObject({ code: text.nullable(), verdict: verdict })
      .describe('Verdict and code of the policy in force on the exchange as a whole.'),
    verdict: verdict.describe('Verdict of the shadow.'),
    code: text.nullable().describe('Code of the refusal of the shadow; null if it does not refuse.'),
    hits: z.array(hit).describe('Rules of the shadow that made its verdict; at most 8.'),
    policy: policy.unwrap().describe('The shadow.'),
  })
  .describe('The shadow policy differs from the policy in force on this exchange. It had no effect.');

/** How often a policy without effect agreed. */
export const shadowTally = z
  .strictObject({
    ...timed,
    kind: z.literal('shadow_tally'),
    policy: policy.unwrap().describe('The shadow.'),
    same: count.describe('Both policies agreed.'),
    would_refuse: count.describe('As `change`.'),
    would_allow: count.describe('As `change`.'),
    other: count.describe('As `change`.'),
    skipped: count.describe('Not judged: see `llm_boundary_shadow_exchanges_total`.'),
    failed: count.describe('Not judged, because a control failed.'),
    unrecorded: count.describe(
      'Differences without a line: beyond 10 a second, or the record did not take it.',
    ),
  })
  .describe(
    'Counts of a shadow since it is judged: once a minute if they changed, when it ends, and before `seal`.',
  );
