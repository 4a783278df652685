import { z } from 'zod';

import { count, hex64, text, timed } from './place.ts';
import { SEALED_PARTS } from './sealer.ts';

/** Of the line and of the lines about policies. */
export const policy = z
  .strictObject({ generation: count, name: text, sha256: text })
  .nullable()
  .describe('The policy of the decision; null if none was loaded.');

export const hit = z.strictObject({
  action: z.enum(['mask', 'tokenise', 'redact', 'block']),
  code: text,
  control: z.enum(['ingress', 'egress', 'action', 'audit']),
  decoded: text
    .nullable()
    .optional()
    .describe(
      'What had to be decoded to find it: an encoding such as `base64`, or a disguise such as `invisible` characters; absent if nothing.',
    ),
  mode: z.enum(['enforce', 'observe']),
  pointer: text.nullable(),
  rule: text,
  score: count
    .nullable()
    .optional()
    .describe('Confidence of the detector in thousandths; absent for detectors without a score.'),
});

/** The lines of an exchange. */
export const decision = z
  .strictObject({
    ...timed,
    kind: z
      .enum(['ingress', 'egress', 'action', 'retry', 'close'])
      .describe(
        'The control that decided; `retry`: the server closed a keep-alive connection without any byte of a reply, and the request was sent again on a new one, or the model was asked again with results of denied calls (`action.onDeny`): then it follows an `action` line with `block`, has the tokens of that reply if the line has none, and has `block` with the rule where a limit does not allow it; `close` ends an exchange.',
      ),
    bodies: z
      .array(
        z.strictObject({
          bytes: count.describe('Of the body, as far as it is kept.'),
          cut: z.boolean().describe('The body was longer.'),
          part: z.enum(SEALED_PARTS),
          sha256: hex64,
        }),
      )
      .optional()
      .describe(
        'Only with `audit.content: sealed`, of sampled exchanges: the bodies kept in `sealed/SHA256.age` beside the log; `sha256` is that of the file. `request` and `response` as they arrived; `request_sent` and `response_sent` as they went on, if redacted. A body may be erased without touching the log.',
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
    mcp: z
      .strictObject({ methods: z.array(text), version: text })
      .optional()
      .describe(
        'Of an exchange with an MCP server: the methods in its request (none for `GET`, `DELETE` and responses) and the revision of the protocol.',
      ),
    model: text.nullable().describe('As the caller wrote it; `*` if it is not a plain name.'),
    tools: z.array(text).describe('Names of the tools concerned; `*` for one that is not a plain name.'),
    caller: z
      .strictObject({
        digest: z
          .string()
          .regex(/^[0-9a-f]{32}$/)
          .nullable(),
        issuer: text,
        subject: text.nullable(),
        via: z.enum(['jwt', 'service-account', 'api-key', 'mesh']),
      })
      .nullable()
      .optional()
      .describe(
        'Inbound, where policy verifies callers (`callers`), unless `audit.callers` is `none`: how the caller was verified, by which issuer, and a keyed digest of its subject (`digest_key` of `genesis`), null without a key. `subject`: only with `audit.callers: subject`. Null: the caller was anonymous.',
      ),
    calls: z
      .array(
        z.strictObject({
          arguments: z.array(
            z.strictObject({
              digest: z
                .string()
                .regex(/^[0-9a-f]{32}$/)
                .nullable(),
              name: text,
            }),
          ),
          tool: text,
        }),
      )
      .optional()
      .describe(
        'Calls of tools, as the model or client wrote them: the names of the arguments, and of the values in them (`to`, `message.to`, `list[]`; `*` for what is not a plain name), and keyed digests of the values (`digest_key` of `genesis`), null without a key.',
      ),
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
    tokenised: z
      .record(text, count)
      .optional()
      .describe(
        'With `ingress.pii.action: tokenise`, by kind of personal data: of a request, the number of values that the model sees under pseudonyms; of a reply, of pseudonyms for which the caller got the values. Absent: none.',
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
      .strictObject({
        arguments: count.optional(),
        calls: count.optional(),
        hits: count,
        strings: count,
        tools: count,
      })
      .optional()
      .describe(
        'Only if something was too long: the number of hits, tools, calls and arguments of calls omitted, and of strings shortened, repaired or omitted.',
      ),
  })
  .describe('A decision of a control, or the end of an exchange.');
