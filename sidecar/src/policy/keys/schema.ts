import { z } from 'zod';

import { count, duration, size } from './quantity.ts';
import { actionSection, models, outbound } from './schema-action.ts';
import { mcpPath } from './schema-mcp.ts';
import { allowList, mode, tcpPort } from './schema-parts.ts';
import { egress, ingress } from './schema-text.ts';

const limits = z.strictObject({
  requestBytes: size(2 ** 30)
    .optional()
    .describe('Largest request body, also after decompression. Default: 4MiB.'),
  responseBytes: size(2 ** 30)
    .optional()
    .describe(
      'Largest whole reply, also after decompression; of a stream, holdChars bounds what is held. Default: 16MiB.',
    ),
  outputTokens: count(1e9)
    .optional()
    .describe(
      'Most output tokens that a request may ask for. A request that names no number is the model server’s to bound. Default: not limited.',
    ),
  requestsPerMinute: count(1e9)
    .optional()
    .describe('Requests per minute through one sidecar. Default: not limited.'),
  tokensPerMinute: count(1e12)
    .optional()
    .describe(
      'Tokens per minute, input and output, through one sidecar; where the model server reports no usage, four characters count as one. Default: not limited.',
    ),
  concurrent: count(1e6)
    .optional()
    .describe('Exchanges at the same time through one sidecar. Default: not limited.'),
  holdChars: count(2 ** 26)
    .optional()
    .describe(
      'Most characters (UTF-16 code units) held back in one stream, which the arguments of its tool calls are until they have passed; beyond, the stream is refused. Of running text, 65536 at most. Default: 1048576.',
    ),
  detectorMs: duration(600e3)
    .optional()
    .describe(
      'Time for all detectors on one request or one reply; beyond, it is refused with `detector_unavailable`. Default: 2s.',
    ),
});

const PASS_EXPECTED =
  'expected "METHOD /path", "/path" (any method), a path that ends in * for everything below it, or "builtin"';
const PATH_EXPECTED = 'expected a path that begins with / and may end in *';

const passEntry = z
  .string({ error: PASS_EXPECTED })
  .regex(/^(builtin|([A-Z]+ )?\/([^\s?#*%]{0,500}\*?|([^\s?#*%]|%[0-9A-Fa-f]{2}){1,500}))$/, {
    error: PASS_EXPECTED,
  });
const upgradePath = z
  .string({ error: PATH_EXPECTED })
  .regex(/^\/[^\s?#*%]{0,500}\*?$/, { error: PATH_EXPECTED });

const endpoints = z.strictObject({
  pass: allowList(
    passEntry,
    'Routes that carry no prompt and pass without inspection. `builtin` stands for the health, version, model list and metrics routes of known servers. Default: `[builtin]`.',
  ).optional(),
  opaque: z
    .enum(['deny', 'allow'])
    .optional()
    .describe(
      'What happens to every other route that no dialect knows: `allow` forwards it without inspection. Default: `deny`.',
    ),
  mcp: allowList(
    mcpPath,
    'Paths at which the workload itself is an MCP server. Its tools are those of `action.tools`. Default: none.',
  ).optional(),
  upgrade: allowList(
    upgradePath,
    'Paths on which a protocol upgrade (WebSocket) is forwarded, without inspection. Default: none.',
  ).optional(),
  tcp: allowList(
    tcpPort,
    'Ports of the pod that speak no HTTP (Redis, Postgres, gRPC, Ray). Connections to them are recorded, with the bytes each way, and not inspected. Never a port that is inspected. A change reaches a running pod only when it is created anew. Default: none.',
  ).optional(),
});

const audit = z.strictObject({
  required: z
    .boolean()
    .optional()
    .describe(
      'Nothing is forwarded or released before its record is durable. `true` of any layer wins. Default: true.',
    ),
  content: z
    .enum(['commit', 'none'])
    .optional()
    .describe(
      '`commit` records keyed hashes of request and reply, which prove later what was said without telling it; `none` records no trace of content. `commit` wins. Default: `commit`.',
    ),
  sinks: z
    .array(z.enum(['file', 'stdout']))
    .min(1)
    .optional()
    .describe('Where records go. `required` always includes `file`. Layers add up. Default: `[file]`.'),
});

/**
 * A policy document: one layer. What it does not name, it has no opinion on; what it names, it means in full: a setting that is
 * named takes its own defaults, and enforces unless it says `observe`.
 */
export const policySchema = z.strictObject({
  version: z
    .literal(1, { error: 'expected 1, the version of this document format' })
    .describe('Version of the document format: 1. Required.'),
  mode,
  models: models.optional().describe('Which models may be asked for.'),
  limits: limits.optional().describe('Bounds in size, number and time. The smallest of the layers wins.'),
  endpoints: endpoints.optional().describe('Routes that are not inspected.'),
  ingress: ingress.optional().describe('What may reach the model.'),
  egress: egress.optional().describe('What may leave the model.'),
  action: actionSection.optional().describe('What the model may do: tools, MCP servers, hosts.'),
  outbound: outbound.optional().describe('LLM APIs that the workload may call through the sidecar.'),
  audit: audit.optional().describe('What is on the record.'),
});

/** One layer as written, with what it names in full. */
export type PolicyDocument = z.output<typeof policySchema>;
/** One layer as people write it. */
export type PolicyInput = z.input<typeof policySchema>;

let jsonSchema: Readonly<Record<string, unknown>> | null = null;

/** JSON Schema (draft 2020-12) of the document that people write, for editors. */
export function policySchemaJson(): Readonly<Record<string, unknown>> {
  jsonSchema ??= { ...z.toJSONSchema(policySchema, { io: 'input' }), title: 'llm-boundary policy' };
  return jsonSchema;
}
