import { z } from 'zod';

import { count, hex64, text, timed } from './place.ts';
import { containers, labels, LABELS_TOLD, owner, OWNER_TOLD } from './pod-members.ts';

/** Lines that only the anchor writes: its fleet log says how long the log of every pod was, and when. */
const pod = z
  .strictObject({ name: text, namespace: text, uid: text })
  .describe('From the token of the pod, as verified by the API server.');

const ofHead = {
  log: text.describe('Origin of the log.'),
  size: count.describe('Lines that the head covers.'),
  hash: hex64.describe('SHA-256 of the last of these lines.'),
};

export const opened = z
  .strictObject({
    ...timed,
    ...ofHead,
    kind: z.literal('opened'),
    containers: containers
      .optional()
      .describe(
        'Containers of the pod, 16 at most, and their images: with the digest that runs once the API server knows it, else as in the pod. Absent if the pod is not known.',
      ),
    labels: labels
      .optional()
      .describe(
        `${LABELS_TOLD}, 32 and 4096 characters of them at most. Absent if the pod is not known, and in logs of earlier versions.`,
      ),
    follows: text.nullable().describe('The previous log of the same pod, as named in `genesis`.'),
    genesis: hex64.describe('SHA-256 of the first line of the log.'),
    image: text
      .nullable()
      .describe('Image of the sidecar with its digest, from the API server; null if not known yet.'),
    key: text.describe('C2SP verifier key of the log, trusted from here on for this pod.'),
    owner: owner.optional().describe(OWNER_TOLD),
    pod,
    policy: hex64.nullable().describe('SHA-256 of the policy in `genesis`.'),
  })
  .describe('Fleet log: the first head of a log, which binds its key to a pod.');

export const head = z
  .strictObject({
    ...timed,
    ...ofHead,
    kind: z.literal('head'),
    offset_ms: z
      .int()
      .describe("How far the pod's clock was ahead of the anchor's, including the time of the request."),
    sealed: z
      .boolean()
      .describe('The process ended the log: the last line that the head covers is its `seal`.'),
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
      .describe('The head that the anchor had accepted before.'),
    note: z
      .string()
      .max(2_048)
      .describe('The signed note itself: together with the earlier head it is the proof.'),
    pod,
    reason: z
      .enum(['rollback', 'fork', 'other_key', 'other_pod', 'second_log', 'after_seal'])
      .describe(
        '`rollback`: shorter than before. `fork`: as long as before, with another last line. `other_key`: another key for a known log. `other_pod`: sent with the token of another pod. `second_log`: a second log in one pod that does not name the first; it is accepted. `after_seal`: longer than its seal.',
      ),
  })
  .describe('Fleet log: a head that contradicts an earlier one.');

export const silence = z
  .strictObject({
    ...timed,
    kind: z.literal('silence'),
    log: text.nullable().describe('Its log; null if none is known.'),
    pod,
    reason: z
      .enum(['no_genesis', 'no_head', 'no_seal'])
      .describe(
        '`no_genesis`: no head within a minute of the start of the sidecar. `no_head`: none for a minute. `no_seal`: the pod ended without a seal of its log.',
      ),
    size: count.nullable().describe('Number of lines that the last head covers.'),
  })
  .describe('Fleet log: a silent pod.');
