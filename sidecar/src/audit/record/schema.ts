import { z } from 'zod';

import { isObject, parseCanonical } from './canonical.ts';
import { contradiction, head, opened, silence } from './fleet-lines.ts';
import { MAX_LINE_BYTES } from './line.ts';
import { count, hex64, place, text, timed } from './place.ts';

const policy = z
  .strictObject({ generation: count, name: text, sha256: text })
  .nullable()
  .describe('The policy that decided; null where none was loaded.');

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
    .describe('Thousandths: how sure the detector is; absent where it knows yes and no alone.'),
});

const decision = z
  .strictObject({
    ...timed,
    kind: z
      .enum(['ingress', 'egress', 'action', 'retry', 'close'])
      .describe(
        'What decided; `retry`: the server closed a kept connection without a byte of a reply, and the request went out once more on a fresh one; `close` ends an exchange.',
      ),
    exchange: text.describe('Id of the exchange, which the client got in `llm-boundary-decision`.'),
    direction: z.enum(['inbound', 'outbound']).describe('To the model container, or from it.'),
    dialect: text.describe('The wire protocol; `opaque` where it was not inspected.'),
    method: text.describe('HTTP method.'),
    path: text.describe('Path of the route, without the query.'),
    verdict: z
      .enum(['allow', 'redact', 'block', 'pass'])
      .describe('`pass`: a listed or opaque route that is not inspected.'),
    code: text.nullable().describe('Why it was refused; null where it was not.'),
    status: count.nullable().describe('Status that the client got; null while it is not known.'),
    hits: z
      .array(hit)
      .describe(
        'Rules that made the verdict, and those in mode `observe` that would have. `pointer`: where, as RFC 6901, with `*` for every key that no dialect defines.',
      ),
    host: text
      .optional()
      .describe(
        'Outbound only: `host[:port]` that the exchange was for, refused or not; `*` where that is no host.',
      ),
    peer: z
      .strictObject({ address: text, port: count.nullable() })
      .optional()
      .describe(
        'Outbound only, from the reply on: the address and port of the server that the request really went to.',
      ),
    model: text.nullable().describe('As the caller wrote it; `*` where that is no plain name.'),
    tools: z.array(text).describe('Names of the tools concerned; `*` for what is no plain name.'),
    usage: z
      .strictObject({ input_tokens: count.nullable(), output_tokens: count.nullable() })
      .nullable()
      .describe('As the model server reports it.'),
    policy,
    origins: z
      .array(z.enum(['system', 'user', 'assistant', 'tool', 'document']))
      .optional()
      .describe('Of a request to a model: whom its texts speak for. `tool` and `document` are untrusted.'),
    tainted: z
      .boolean()
      .optional()
      .describe(
        'Of a request to a model: it carries text that neither the workload nor the caller wrote, or in which a detector saw injection.',
      ),
    served: z
      .strictObject({ id: text.nullable(), model: text.nullable() })
      .optional()
      .describe('Of a reply: id and model as the server says; `*` where that is no plain name.'),
    outcome: z
      .enum(['completed', 'refused', 'client_aborted', 'upstream_failed'])
      .nullable()
      .describe('How the exchange ended; null before `close`.'),
    content: z
      .strictObject({ request: text.nullable(), response: text.nullable() })
      .nullable()
      .describe('Commitments to the bodies (HMAC-SHA-256, hex); never anything of the bodies themselves.'),
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
        'Only of connections that are not inspected (`action.tcp`, `endpoints.tcp`, TLS by its name, and those that were closed): whom it leads to, the address that was dialled, and on `close` the bytes to and from the server.',
      ),
    cut: z
      .strictObject({ hits: count, strings: count, tools: count })
      .optional()
      .describe(
        'Only where something was too long: hits and tools left out, strings shortened, repaired or left out.',
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
        'First 16 hex digits of the SHA-256 of the key that opens the commitments; null: there are none.',
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
      .describe('Which workload, as the process was told.'),
    key: text.describe(
      'C2SP verifier key of this log. Signs its checkpoints; the private half never leaves the process.',
    ),
    node: text.describe('Version of Node.js.'),
    policy,
    previous: z
      .union([z.array(predecessor), predecessor.nullable()])
      .describe(
        'How each older log in the folder ended that no other log names, lines or none; more of them follow in `found`. Logs of versions before hold one or null.',
      ),
    version: text.describe('Version of the sidecar.'),
  })
  .describe('The first line of a log.');

const counts = {
  lost: count.describe(
    'Decisions that policy let go on without a record (`audit.required: false`) and that got none.',
  ),
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
      jump_ms: z.int().describe('By how much, in milliseconds; negative: back.'),
      since: z
        .enum(['line', 'older log'])
        .describe(
          '`line`: while the process ran, against a clock that only goes forward. `older log`: this log begins that long before the last line of an older one.',
        ),
    })
    .describe('The wall clock jumped by more than a second: times before and after do not compare.'),
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
      first: count.nullable().describe('`seq` of its first line; null where there is no line in it.'),
      hash: hex64.describe('SHA-256 of its last line; 64 zeros where there is none.'),
      log: text.nullable().describe('The log that it was part of; null where there is no line in it.'),
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
    .describe('Once a minute, so that silence is on the record too.'),
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
