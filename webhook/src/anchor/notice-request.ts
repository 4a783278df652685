import { z } from 'zod';

/** As much as a sidecar gathers before it counts the rest together. */
const MAX_NOTICES = 64;

/** What may stand in Events: neither sentences nor URLs, addresses or options of commands. */
const NAME = z.string().regex(/^\w[\w.+-]{0,127}$/);
const TIME = z.int().nonnegative().max(8_640_000_000_000_000);

const WORD = z.string().regex(/^[a-z_]{1,64}$/);

const times = {
  count: z.int().positive().max(1_000_000_000),
  /** Unix times in milliseconds, by the clock of the pod. */
  firstMs: TIME,
  lastMs: TIME,
};

const refusal = {
  control: z.enum(['ingress', 'egress', 'action', 'audit']),
  rule: NAME,
  code: WORD,
  ...times,
  /** ID of the decision of the last one; stands in a command. */
  exchange: z.string().regex(/^\w[\w-]{0,63}$/),
};

const notice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('refused'), ...refusal }),
  z.strictObject({ kind: z.literal('observed'), ...refusal }),
  z.strictObject({
    kind: z.literal('policy_changed'),
    policy: NAME,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    ...times,
  }),
  z.strictObject({ kind: z.literal('policy_rejected'), policy: NAME, ...times }),
  z.strictObject({ kind: z.literal('conditions_ceased'), condition: WORD, reason: WORD, ...times }),
]);

const schema = z.strictObject({
  v: z.literal(1),
  notices: z.array(notice).max(MAX_NOTICES),
  /** How many are not among them: the sidecar names 64 at once. */
  more: z.int().nonnegative(),
});

/** What happened in one pod, counted. */
export type Notice = z.infer<typeof notice>;
/** Refusals of one rule. */
export type Refused = Extract<Notice, { readonly kind: 'refused' }>;
export type NoticeRequest = z.infer<typeof schema>;

/** Null if the text is not a valid report. `text` is attacker-controlled. */
export function parseNoticeRequest(text: string): NoticeRequest | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
