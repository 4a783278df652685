import { z } from 'zod';

import { isObject, parseCanonical } from './canonical.ts';
import { contradiction, head, opened, silence } from './fleet-lines.ts';
import { MAX_LINE_BYTES } from './line.ts';
import { count, hex64, place, text, timed } from './place.ts';

const policy = z
  .strictObject({ generation: count, name: text, sha256: text })
  .nullable()
  .describe('The policy of the decision; null if none was loaded.');

const hit = z.strictObject({
  action: z.enum(['redact', 'block']),
  code: text,
  control: z.enum(['ingress', 'egress', 'action', 'audit']),
  mode: z.enum(['enforce', 'observe']),
  pointer: text.nullable(),
  rule: text,
  score: count
    .nullable()
    .optional()
    .describe('Confidence of the detector in thousandths; absent for detectors without a score.'),
});

const decision = z
  .strictObject({
    ...timed,
    kind: z
      .enum(['ingress', 'egress', 'action', 'retry', 'close'])
      .describe(
        'The control that decided; `retry`: the server closed a keep-alive connection without any byte of a reply, and the request was sent again on a new one; `close` ends an exchange.',
      ),
    exchange: text.describe('Id of the exchange, sent to the client in `llm-boundary-decision`.'),
    direction: z.enum(['inbound', 'outbound']).describe('To the model container, or from it.'),
    dialect: text.describe('The wire protocol; `opaque` if it was not inspected.'),
    method: text.describe('HTTP method.'),
    path: text.describe('Path of the route, without the query.'),
    verdict: z
      .enum(['allow', 'redact', 'block', 'pass'])
      .describe('`pass`: a listed or opaque route that is not inspected.'),
    code: text.nullable().describe('Code of the refusal; null if it was not refused.'),
    status: count.nullable().describe('Status sent to the client; null while unknown.'),
    hits: z
      .array(hit)
      .describe(
        'Rules that made the verdict, and those in mode `observe` that would have. `pointer`: where, as RFC 6901, with `*` for every key that no dialect defines.',
      ),
    host: text
      .optional()
      .describe(
        'Outbound only: `host[:port]` of the exchange, refused or not; `*` if it is not a valid host.',
      ),
    peer: z
      .strictObject({ address: text, port: count.nullable() })
      .optional()
      .describe(
        'Outbound only, from the reply on: the address and port of the server to which the request was sent.',
      ),
    model: text.nullable().describe('As the caller wrote it; `*` if it is not a plain name.'),
    tools: z.array(text).describe('Names of the tools concerned; `*` for one that is not a plain name.'),
    usage: z
      .strictObject({ input_tokens: count.nullable(), output_tokens: count.nullable() })
      .nullable()
      .describe('As the model server reports it.'),
    policy,
    origins: z
      .array(z.enum(['system', 'user', 'assistant', 'tool', 'document']))
      .optional()
      .describe('Of a request to a model: the origins of its texts. `tool` and `document` are untrusted.'),
    tainted: z
      .boolean()
      .optional()
      .describe(
        'Of a request to a model: true if it contains text that neither the workload nor the caller wrote, or in which injection was detected.',
      ),
    served: z
      .strictObject({ id: text.nullable(), model: text.nullable() })
      .optional()
      .describe('Of a reply: id and model as reported by the server; `*` if it is not a plain name.'),
    outcome: z
      .enum(['completed', 'refused', 'client_aborted', 'upstream_failed'])
      .nullable()
      .describe('How the exchange ended; null before `close`.'),
    content: z
      .strictObject({ request: text.nullable(), response: text.nullable() })
      .nullable()
      .describe('Commitments to the bodies (HMAC-SHA-256, hex); never any part of the bodies themselves.'),
    connection: z
      .strictObject({
        address: text.nullable(),
        bytes_received: count.nullable(),
        bytes_sent: count.nullable(),
        host: text.nullable(),
        port: count.nullable(),
        protocol: z.enum(['tcp', 'tls']),
      })
      .optional()
      .describe(
        'Only of connections that are not inspected (`action.tcp`, `endpoints.tcp`, TLS by its name, and those that were closed): the server, the dialled address, and on `close` the bytes to and from the server.',
      ),
    cut: z
      .strictObject({ hits: count, strings: count, tools: count })
      .optional()
      .describe(
        'Only if something was too long: the number of hits and tools omitted, and of strings shortened, repaired or omitted.',
      ),
  })
  .describe('A decision of a control, or the end of an exchange.');

/** The end of an older log. */
const predecessor = z.strictObject({
  file: text,
  origin: text.nullable(),
  size: count.nullable(),
  hash: hex64,
  sealed: z.boolean(),
  torn_bytes: count,
});

const genesis = z
  .strictObject({
    ...timed,
    kind: z.literal('genesis'),
    commitment_key: text
      .nullable()
      .describe(
        'First 16 hex digits of the SHA-256 of the key that opens the commitments; null without commitments.',
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
    version: text.describe('Version of the sidecar.'),
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
    .strictObject({ ...timed, kind: z.literal('policy'), policy: policy.unwrap().describe('The new one.') })
    .describe('A new policy is in force.'),
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
