import { z } from 'zod';

import { allAgree, allowList } from '../kinds/allow-list.ts';
import { sorted } from '../kinds/canonical-json.ts';
import { byKey, key, mapping } from '../kinds/key.ts';
import { mode, modeSchema } from '../kinds/mode.ts';
import { fixed, strict, together, type Rule } from '../kinds/rule.ts';
import { glob, host, path } from '../kinds/scalars.ts';
import { pin } from './pin.ts';
import { argumentSchemas, expression, type ToolRule } from './tools.ts';

const SERVER_EXPECTED =
  'expected the host of one server in lower case, such as "mcp.example.com" or "mcp.tools.svc:8080", without wildcards';

const FEATURES = ['sampling', 'elicitation', 'roots'] as const;

const tool = z
  .union([
    glob,
    z.strictObject({
      name: glob.describe('The tool, or a pattern for several.'),
      when: expression
        .optional()
        .describe(
          'A CEL condition, as in `action.tools`; of `caller` only `address`, since the caller is the workload itself. `exchange.tainted` is true once the server has sent untrusted text or media in this MCP session, for what `taintedBy` says, and if the model made this call in a tainted conversation through the same sidecar.',
        ),
      arguments: expression.optional().describe('A CEL condition on `args` too, as in `action.tools`.'),
      schema: argumentSchemas
        .optional()
        .describe(
          'A JSON Schema that the arguments of a call must fit, as in `action.tools`; `offered` for the one with which the server listed the tool last.',
        ),
      mode: modeSchema,
    }),
  ])
  .transform((written): ToolRule =>
    typeof written === 'string' ? { name: written, mode: 'enforce' } : written,
  );

const TOOL_EXPECTED = 'expected the name of one tool, without wildcards and spaces, up to 256 characters';
const toolName = z.string().regex(/^[^\s\p{Cc}*?]{1,256}$/u, { error: TOOL_EXPECTED });

const pins = z.record(
  toolName,
  z
    .union([pin, z.array(pin).min(1).max(64)])
    .transform((written): string[] => (typeof written === 'string' ? [written] : written)),
);

/** Pinning of tool definitions by one layer. */
const pinning = z.strictObject({
  pin: z.boolean().describe('`pin` of the layer.'),
  pins: pins.describe('`pins` of the layer.'),
});

export type McpPinning = z.output<typeof pinning>;

const pinningOfLayers: Rule<McpPinning[]> = together(({ pin, pins }) => ({
  pin,
  pins: Object.fromEntries(Object.entries(pins).map(([tool, hashes]) => [tool, sorted(hashes)])),
}));

const keys = {
  server: key(
    host
      .refine((name) => !name.includes('*'), { error: SERVER_EXPECTED })
      .describe(
        '`HOST` or `HOST:PORT` of the MCP server; without a port: 80 and 443. It need not be listed in `action.hosts`, which is for other traffic to that host.',
      ),
    fixed(),
  ),
  mode,
  paths: key(
    allowList(path, 'Paths of the server at which it speaks MCP. Default: every path.').default({
      allOf: [['/*']],
    }),
    allAgree(),
  ),
  tools: key(
    allowList(
      tool,
      'Tools of the server that may be listed and called: names, patterns, or mappings with conditions. Other tools are removed from its lists, and calls of them are refused. Default: none.',
    ).default({ allOf: [[]] }),
    allAgree(),
  ),
  resources: key(
    allowList(glob, 'URIs of resources, or patterns, that may be listed and read. Default: none.').default({
      allOf: [[]],
    }),
    allAgree(),
  ),
  prompts: key(
    allowList(glob, 'Prompts that may be listed and used. Default: none.').default({ allOf: [[]] }),
    allAgree(),
  ),
  clientFeatures: key(
    allowList(
      z.enum(FEATURES),
      'Client features that the server may use: `sampling`, `elicitation`, `roots`. Others are removed from the capabilities that the client declares, and requests for them are refused. Default: none.',
    ).default({ allOf: [[]] }),
    allAgree(),
  ),
  results: key(
    z
      .enum(['untrusted', 'trusted'])
      .default('untrusted')
      .describe(
        'Whether what the server returns leaves `exchange.tainted` of its sessions false, unless injection was found in it. `trusted` for a server that returns nothing that third parties wrote. Default: `untrusted`.',
      ),
    strict('untrusted'),
  ),
  taintedBy: key(
    z
      .enum(['caller', 'session'])
      .default('caller')
      .describe(
        'What makes `exchange.tainted` true for a call of its tools. `caller`: untrusted text or media that any listed MCP server sent within 24 hours, in any session, unless the model made this call through the same sidecar in an untainted conversation. `session`: what this server sent in the same session, and arguments with values or passages that untrusted results of other sessions had. Where layers differ, `caller`. Default: `caller`.',
      ),
    strict('caller'),
  ),
  pin: key(
    z
      .boolean()
      .optional()
      .describe(
        'Pins each tool that `pins` does not name to the first definition that this sidecar saw. With another definition, the tool is removed from lists and cannot be called. Default: true.',
      ),
    fixed(),
  ),
  pins: key(
    pins
      .optional()
      .describe(
        'Definitions that tools may have, by name: `sha256-HEX` of the definition in canonical form (RFC 8785), or a list of such. `llm-boundary-sidecar policy pins` prints them.',
      ),
    fixed(),
  ),
  pinning: key(
    z
      .array(pinning)
      .min(1)
      .max(16)
      .optional()
      .describe('One `pin` and `pins` per layer, which must all agree (written by the meet).'),
    pinningOfLayers,
  ),
};

/** As in a document, with one entry of `pinning` per layer: the meet then only collects them. */
const mcpServer = mapping(keys).schema.transform(({ pin, pins, pinning, ...rest }) => ({
  ...rest,
  pinning: [
    ...(pinning ?? []),
    ...(pinning === undefined || pin !== undefined || pins !== undefined
      ? [{ pin: pin ?? true, pins: pins ?? {} }]
      : []),
  ],
}));

export type McpRule = z.output<typeof mcpServer>;

const entry = byKey<McpRule>(keys);

/** Servers that both layers list, with the parts that both allow. */
export const mcpServers = {
  schema: z.array(mcpServer).max(256).superRefine(uniqueServers),
  meet: (a: McpRule[], b: McpRule[]): McpRule[] =>
    a.flatMap((own) =>
      b.filter((other) => other.server === own.server).map((other) => entry.meet(own, other)),
    ),
  canonical: (rules: McpRule[]): McpRule[] => sorted(rules.map((rule) => entry.canonical(rule))),
};

/** In the form of documents: tools without conditions by name, and one layer's pins as that layer wrote them. */
export function writtenServer({ tools, pinning, results, taintedBy, ...rest }: McpRule): object {
  const [only] = pinning;
  const names = tools.allOf.map((list) =>
    list.map((tool) =>
      tool.when === undefined && tool.arguments === undefined && tool.mode === 'enforce' ? tool.name : tool,
    ),
  );
  const pins = only !== undefined && pinning.length === 1 ? only : { pinning };
  const trust = results === 'trusted' ? { results } : {};
  const scope = taintedBy === 'session' ? { taintedBy } : {};
  return { ...rest, tools: { allOf: names }, ...trust, ...scope, ...pins };
}

/** Two entries for one server would be ambiguous. */
function uniqueServers(rules: readonly McpRule[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { server }] of rules.entries()) {
    const spellings = webSpellings(server);
    if (spellings.some((each) => seen.has(each)))
      context.addIssue({
        code: 'custom',
        path: [index, 'server'],
        message: 'this server is listed twice; put its tools into one entry',
      });
    for (const each of spellings) seen.add(each);
  }
}

/** A server without a port means 80 and 443; a host name omits both. */
function webSpellings(server: string): readonly string[] {
  const name = server.replace(/:(80|443)$/, '');
  return name !== server || !/:\d+$/.test(server) ? [name] : [server];
}
