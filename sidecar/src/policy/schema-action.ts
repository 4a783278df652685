import { z } from 'zod';

import { allowList, glob, host, mode } from './schema-parts.ts';

const expression = z.string().min(1).max(4096);

const tool = z.strictObject({
  name: glob.describe('The tool, or a pattern for several: `*` stands for any characters, `?` for one.'),
  models: allowList(glob, 'Models that may call it. Default: every model.').optional(),
  when: expression
    .optional()
    .describe(
      'A CEL condition on `tool`, `exchange` (`tainted`, `direction`, `dialect`, `model`) and `caller` (`address`, `groups`), asked of each call; offering the tool is allowed. Default: always.',
    ),
  arguments: expression
    .optional()
    .describe(
      'A CEL condition that also sees `args`, the arguments of the call. Numbers in `args` are doubles. A condition that fails to evaluate does not hold. Default: any arguments.',
    ),
  mode,
});

/** Tools of one layer with the layer's own default: what a meet keeps, one per layer. */
const toolSet = z.strictObject({
  default: z.enum(['deny', 'allow']).default('deny').describe('What happens to a tool that no entry names.'),
  tools: z.array(tool).max(4096),
});

export type ToolRule = z.output<typeof tool>;
export type ToolSet = z.output<typeof toolSet>;

const mcpServer = z.strictObject({
  server: host.describe('`HOST` or `HOST:PORT` of the MCP server.'),
  tools: allowList(glob, 'Tools of the server that may be listed and called. Default: none.').default({
    allOf: [[]],
  }),
  pin: z
    .boolean()
    .default(true)
    .describe('Refuse a tool whose description or schema changes after it was first seen. Default: true.'),
});

export type McpRule = z.output<typeof mcpServer>;

export const models = z.strictObject({
  mode,
  allow: allowList(
    glob,
    'Models that may be asked for. A request that names no model passes only where a list holds `*`. Default: every model.',
  ).optional(),
});

const writtenAction = z.strictObject({
  mode,
  default: z
    .enum(['deny', 'allow'])
    .optional()
    .describe(
      'What happens to a tool that no entry of `tools`, in no layer, names. `deny` of any layer wins. Default: `deny`.',
    ),
  tools: z
    .union([z.array(tool).max(4096), z.strictObject({ allOf: z.array(toolSet).min(1).max(16) })])
    .optional()
    .describe(
      'Tools that may be offered to, forced on and called by the model. Several entries for one tool are alternatives. `allOf` holds one list per layer, which must all agree (written by the meet).',
    ),
  mcp: z
    .array(mcpServer)
    .max(256)
    .superRefine(uniqueServers)
    .optional()
    .describe(
      'MCP servers that may be used. Recognised, and refused until this version enforces it. Default: none.',
    ),
  hosts: allowList(
    host,
    'Hosts that the workload may call through the outbound listener. Without a port: 80 and 443. Default: none.',
  ).optional(),
});

type ActionSection = Omit<z.output<typeof writtenAction>, 'tools'> & { tools?: ToolSet[] };

/** A plain list becomes one set with the default of its section: the meet then only collects sets. */
export const actionSection = writtenAction.transform(({ tools, ...section }): ActionSection => {
  if (tools === undefined) return section;
  const sets = Array.isArray(tools)
    ? [{ default: section.default ?? ('deny' as const), tools }]
    : tools.allOf;
  return { ...section, tools: sets };
});

function uniqueServers(rules: readonly McpRule[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { server }] of rules.entries()) {
    if (seen.has(server))
      context.addIssue({
        code: 'custom',
        path: [index, 'server'],
        message: 'this server is listed twice; put its tools into one entry',
      });
    seen.add(server);
  }
}

const URL_EXPECTED =
  'expected an http or https URL without credentials, query or fragment, such as "https://llm.example.com/v1"';

const provider = z.strictObject({
  url: z
    .string({ error: URL_EXPECTED })
    .max(2000, { error: URL_EXPECTED })
    .refine(isBaseUrl, { error: URL_EXPECTED })
    .transform((text) => text.replace(/\/+$/, ''))
    .describe('Where the provider’s API begins. Its host must also be in `action.hosts`.'),
});

export const outbound = z.strictObject({
  providers: z
    .record(
      z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, {
        error: 'expected a name of lower-case letters, digits and dashes, beginning with a letter',
      }),
      z.union([provider, z.literal('none')]),
    )
    .optional()
    .describe(
      'LLM APIs that the outbound listener offers under `/NAME/…`, besides the built-in ones; `none` takes a built-in one away. Layers that disagree about a name take it away.',
    ),
});

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const web = url.protocol === 'https:' || url.protocol === 'http:';
  return (
    web &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '' &&
    !text.includes('?') &&
    !text.includes('#')
  );
}
