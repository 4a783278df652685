import { z } from 'zod';

/** As much as a sidecar gathers before it counts the rest together. */
const MAX_NOTICES = 64;

/** What may stand in Events: no spaces, quotes or control characters, so that a pod cannot write sentences. */
const NAME = z.string().regex(/^[\w.:/@+-]{1,128}$/);
const TIME = z.int().nonnegative().max(8_640_000_000_000_000);

const notice = z.strictObject({
  kind: z.enum(['refused', 'observed']),
  control: z.enum(['ingress', 'egress', 'action', 'audit']),
  rule: NAME,
  code: z.string().regex(/^[a-z_]{1,64}$/),
  count: z.int().positive().max(1_000_000_000),
  /** Unix times in milliseconds, by the clock of the pod. */
  firstMs: TIME,
  lastMs: TIME,
  /** ID of the decision of the last one. */
  exchange: z.string().regex(/^[\w-]{1,64}$/),
});

const schema = z.strictObject({
  v: z.literal(1),
  notices: z.array(notice).max(MAX_NOTICES),
  /** Refusals that are not among them. */
  more: z.int().nonnegative(),
});

/** Refusals of one rule in one pod. */
export type Notice = z.infer<typeof notice>;
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
