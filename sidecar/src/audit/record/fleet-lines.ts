import { z } from 'zod';

import { count, hex64, text, timed } from './place.ts';

/** Lines that only the anchor writes: its fleet log says how long the log of every pod was, and when. */
const pod = z
  .strictObject({ name: text, namespace: text, uid: text })
  .describe('As the API server vouched for it with the token of the pod.');

const ofHead = {
  log: text.describe('Origin of the log.'),
  size: count.describe('Lines that the head covers.'),
  hash: hex64.describe('SHA-256 of the last of them.'),
};

export const opened = z
  .strictObject({
    ...timed,
    ...ofHead,
    kind: z.literal('opened'),
    follows: text
      .nullable()
      .describe('The log of the same pod that its `genesis` names, so that nothing is between them.'),
    genesis: hex64.describe('SHA-256 of the first line of the log.'),
    image: text
      .nullable()
      .describe('Image of the sidecar with its digest, as the API server says; null: not known yet.'),
    key: text.describe('C2SP verifier key of the log, believed from here on for this pod.'),
    pod,
    policy: hex64.nullable().describe('SHA-256 of the policy that `genesis` names.'),
  })
  .describe('Fleet log: the first head of a log, which ties its key to a pod.');

export const head = z
  .strictObject({
    ...timed,
    ...ofHead,
    kind: z.literal('head'),
    offset_ms: z
      .int()
      .describe("By how much the pod's clock was ahead of the anchor's, the way of the request included."),
    sealed: z
      .boolean()
      .describe('The process ended the log: its `seal` is the last line that the head covers.'),
    signature: z.string().max(128).describe('Signature of the log over its head (C2SP signed note), base64.'),
  })
  .describe('Fleet log: a head that was accepted.');

export const contradiction = z
  .strictObject({
    ...timed,
    ...ofHead,
    kind: z.literal('contradiction'),
    known: z
      .strictObject({ hash: hex64, size: count })
      .nullable()
      .describe('What the anchor had accepted before.'),
    note: z.string().max(2_048).describe('The signed note itself: with the head before, the proof.'),
    pod,
    reason: z
      .enum(['rollback', 'fork', 'other_key', 'other_pod', 'second_log', 'after_seal'])
      .describe(
        '`rollback`: shorter than before. `fork`: as long as before, with another last line. `other_key`: another key for a known log. `other_pod`: sent with the token of another pod. `second_log`: a second log in one pod that does not name the first; it is accepted. `after_seal`: longer than its seal.',
      ),
  })
  .describe('Fleet log: a head that contradicts what was known.');

export const silence = z
  .strictObject({
    ...timed,
    kind: z.literal('silence'),
    log: text.nullable().describe('Its log; null where none is known.'),
    pod,
    reason: z
      .enum(['no_genesis', 'no_head', 'no_seal'])
      .describe(
        '`no_genesis`: its sidecar runs for a minute and no head came. `no_head`: none for a minute. `no_seal`: the pod ended and its log did not.',
      ),
    size: count.nullable().describe('Lines of the last head.'),
  })
  .describe('Fleet log: a pod of which nothing is heard.');
