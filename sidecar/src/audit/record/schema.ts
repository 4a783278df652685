import { z } from 'zod';

import { isObject, parseCanonical } from './canonical.ts';
import { decision, policy } from './decision-lines.ts';
import { contradiction, head, opened, silence } from './fleet-lines.ts';
import { MAX_LINE_BYTES } from './line.ts';
import { count, hex64, place, text, timed } from './place.ts';
import { containers, labels, LABELS_TOLD, owner, OWNER_TOLD } from './pod-members.ts';
import { shadow, shadowTally } from './shadow-lines.ts';

/** The end of an older log. */
const predecessor = z.strictObject({
  file: text,
  origin: text.nullable(),
  size: count.nullable(),
  hash: hex64,
  sealed: z.boolean(),
  torn_bytes: count,
});

const sealed = z
  .strictObject({
    body_bytes: count,
    folder_bytes: count,
    recipients: z.array(text),
    sample_millionths: count,
  })
  .optional()
  .describe(
    'Only if this policy keeps bodies (`audit.content: sealed`): for whom, how many of the exchanges, and how much.',
  );

const genesis = z
  .strictObject({
    ...timed,
    kind: z.literal('genesis'),
    commitment_key: text
      .nullable()
      .describe(
        'First 16 hex digits of the SHA-256 of the key that opens the commitments; null without commitments.',
      ),
    detectors: z
      .strictObject({ model: hex64, modules: hex64 })
      .optional()
      .describe(
        'SHA-256 of the detectors: of the weights of the injection model, and of the modules with patterns, word lists and checks.',
      ),
    digest_key: text
      .nullable()
      .optional()
      .describe(
        'First 16 hex digits of the SHA-256 of the key of the digests in `calls`: equal digests mean equal values in logs with the same key. Null without a key.',
      ),
    identity: z
      .strictObject({
        cluster: text.nullable(),
        namespace: text.nullable(),
        pod: text.nullable(),
        pod_uid: text.nullable(),
        node: text.nullable(),
        service_account: text.nullable(),
        host: text,
      })
      .describe('The workload, from the configuration of the process.'),
    key: text.describe(
      'C2SP verifier key of the checkpoints of this log; the private key never leaves the process.',
    ),
    node: text.describe('Version of Node.js.'),
    policy,
    previous: z
      .union([z.array(predecessor), predecessor.nullable()])
      .describe(
        'The end of each older log in the folder that no other log names, with or without lines; further ones follow in `found`. Logs of earlier versions have one or null.',
      ),
    sealed,
    version: text.describe('Version of the sidecar.'),
    workload: z
      .strictObject({
        containers: containers.describe(
          'Containers beside the sidecar and their images, 16 and 2048 characters of them at most.',
        ),
        labels: labels.describe(`${LABELS_TOLD}, 32 and 2048 characters of them at most.`),
        owner: owner.describe(OWNER_TOLD),
      })
      .optional()
      .describe(
        'The pod as it was admitted, from the variables that injection sets. Absent where there are none, and in logs of earlier versions.',
      ),
  })
  .describe('The first line of a log.');

const counts = {
  lost: count.describe('Decisions without a record, which the policy allows (`audit.required: false`).'),
  records: count.describe('Decisions recorded so far.'),
};

/** Every kind of line. Unknown members are refused: nothing can be smuggled into a log that a reader would not know about. */
export const lineSchema = z.discriminatedUnion('kind', [
  decision,
  genesis,
  z
    .strictObject({
      ...timed,
      kind: z.literal('found'),
      previous: z.array(predecessor).describe('As in `genesis`.'),
    })
    .describe('Follows `genesis` where there were more older logs than one line holds.'),
  z
    .strictObject({
      ...timed,
      kind: z.literal('clock'),
      jump_ms: z.int().describe('Size of the jump in milliseconds; negative if back.'),
      since: z
        .enum(['line', 'older log'])
        .describe(
          '`line`: while the process ran, against a clock that only goes forward. `older log`: this log begins that long before the last line of an older one.',
        ),
    })
    .describe('The wall clock jumped by more than a second: times before and after are not comparable.'),
  z
    .strictObject({
      ...timed,
      kind: z.literal('offset'),
      offset_ms: z
        .int()
        .describe(
          "Lead of this clock over the anchor's in milliseconds, negative if behind; the error is at most half of `round_trip_ms`.",
        ),
      round_trip_ms: count.describe('Time from sending the head to the reply.'),
    })
    .describe(
      'The times of this log compared with those of the anchor, from a reply to a head: at the first one, and if the offset has moved by more than a second. Absent without an anchor.',
    ),
  z
    .strictObject({
      ...timed,
      kind: z.literal('recovered'),
      file: text.describe('The older log.'),
      torn_bytes: count.describe('Bytes after its last newline.'),
    })
    .describe('Follows `genesis` for each older log there that was not sealed: its process was killed.'),
  z
    .strictObject({
      ...timed,
      kind: z.literal('pruned'),
      file: text.describe('Its name.'),
      first: count.nullable().describe('`seq` of its first line; null if it has no line.'),
      hash: hex64.describe('SHA-256 of its last line; 64 zeros if it has none.'),
      log: text.nullable().describe('The log that it was part of; null if it has no line.'),
      size: count.nullable().describe('One more than the `seq` of its last line.'),
    })
    .describe(
      'The oldest file of the folder was removed, because the folder was nearly full (`audit.whenFull: prune`).',
    ),
  z
    .strictObject({
      ...timed,
      kind: z.literal('policy'),
      policy: policy.unwrap().describe('The new one.'),
      sealed,
    })
    .describe('A new policy is in force.'),
  z
    .strictObject({
      ...timed,
      kind: z.literal('erased'),
      bodies: count.describe('Number of sealed bodies.'),
      bytes: count.describe('What they took on disk.'),
      sha256: z
        .array(hex64)
        .optional()
        .describe('Which, as the lines of their exchanges name them. Absent in logs of earlier versions.'),
    })
    .describe(
      'The oldest sealed bodies were removed, because they took `audit.sealed.folderBytes` (`audit.whenFull: prune`).',
    ),
  z
    .strictObject({ ...timed, kind: z.literal('heartbeat'), ...counts })
    .describe('Once a minute, to distinguish an idle process from a stopped one.'),
  z
    .strictObject({ ...timed, kind: z.literal('rotate'), next: text.describe('Name of the next file.') })
    .describe('The log goes on in another file.'),
  z
    .strictObject({
      ...timed,
      kind: z.literal('continue'),
      key: text.describe('The key of `genesis` again.'),
      part: count.describe('Number of the file, from 0.'),
    })
    .describe('First line of a later file.'),
  shadow,
  shadowTally,
  z.strictObject({ ...timed, kind: z.literal('seal'), ...counts }).describe('The process ended the log.'),
  z
    .strictObject({
      ...place,
      kind: z.literal('checkpoint'),
      note: z
        .string()
        .max(2_048)
        .describe('C2SP signed note over origin, number of lines before this one, and `prev` (base64).'),
    })
    .describe('Signs every line before it.'),
  opened,
  head,
  contradiction,
  silence,
]);

export type Line = z.infer<typeof lineSchema>;
export type DecisionLine = Extract<
  Line,
  { readonly kind: 'ingress' | 'egress' | 'action' | 'retry' | 'close' }
>;

/**
 * A line of a log, where it is canonical JSON, known to the last member and no longer than a line may be; else null.
 * `text` is attacker-controlled.
 */
export function parseLine(text: string): Line | null {
  if (text.length > MAX_LINE_BYTES) return null;
  const value = parseCanonical(text);
  if (value === null || !isObject(value)) return null;
  const parsed = lineSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** Lines of the anchor's log that say something of other logs. */
export type FleetLine = Extract<Line, { kind: 'opened' | 'head' | 'contradiction' | 'silence' }>;

export function isFleetLine(line: Line): line is FleetLine {
  switch (line.kind) {
    case 'opened':
    case 'head':
    case 'contradiction':
    case 'silence':
      return true;
    default:
      return false;
  }
}

export function isDecision(line: Line): line is DecisionLine {
  switch (line.kind) {
    case 'ingress':
    case 'egress':
    case 'action':
    case 'retry':
    case 'close':
      return true;
    default:
      return false;
  }
}

/** Which older logs a line names. */
export function namedIn(line: Line): readonly z.infer<typeof predecessor>[] {
  if (line.kind === 'found') return line.previous;
  if (line.kind !== 'genesis' || line.previous === null) return [];
  return Array.isArray(line.previous) ? line.previous : [line.previous];
}
