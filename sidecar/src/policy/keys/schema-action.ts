import { z } from 'zod';

import { mcpServer, uniqueServers } from './schema-mcp.ts';
import { allowList, glob, host, mode, tcpHost, tcpPort } from './schema-parts.ts';
import { tool, toolSet, type ToolSet } from './schema-tool.ts';

export const models = z.strictObject({
  mode,
  allow: allowList(
    glob,
    'Models that may be asked for. A request that names no model passes only where a list holds `*`. Default: every model.',
  ).optional(),
});

const tcpServer = z.strictObject({
  host: tcpHost.describe(
    'One name or address. The sidecar looks it up itself; the name of a headless Service stands for all of its pods.',
  ),
  port: tcpPort.describe('The port that the workload dials.'),
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
      'MCP servers that the workload may call through the outbound listener, and what of each. Default: none.',
    ),
  hosts: allowList(
    host,
    'Hosts that the workload may call through the outbound listener. Without a port: 80 and 443. Default: none.',
  ).optional(),
  tcp: allowList(
    tcpServer,
    'Servers that speak no HTTP (databases, brokers, gRPC) and that the workload may connect to. Nothing on such a connection is inspected; it is recorded when it begins and, with the bytes sent each way, when it ends. Never a server that is inspected. Default: none.',
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
