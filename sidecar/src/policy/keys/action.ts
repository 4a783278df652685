import { z } from 'zod';

import { allAgree, allowList } from '../kinds/allow-list.ts';
import { key, section } from '../kinds/key.ts';
import { mcpServers, writtenServer } from './mcp-server.ts';
import { mode } from '../kinds/mode.ts';
import { strict } from '../kinds/rule.ts';
import { hostEntry } from './host-entry.ts';
import { tcpHost, tcpPorts } from '../kinds/scalars.ts';
import { tool, toolSet, toolSets, type ToolSet } from './tools.ts';

const tcpServer = z.strictObject({
  host: tcpHost.describe(
    'One name or address. The sidecar looks it up itself; the name of a headless Service stands for all of its pods.',
  ),
  port: tcpPorts.describe('The port that the workload dials, or a range: `"30000-32767"`.'),
});

const tools = z
  .union([z.array(tool.schema).max(4096), z.strictObject({ allOf: z.array(toolSet).min(1).max(16) })])
  .optional()
  .describe(
    'Tools that may be offered to, forced on and called by the model. Several entries for one tool are alternatives. `allOf` holds one list per layer, which must all agree (written by the meet).',
  );

/** The strictest first. */
const ON_DENY = ['error', 'finish', 'deny-result'] as const;

const written = section({
  mode,
  default: key(
    z
      .enum(['deny', 'allow'])
      .optional()
      .describe(
        'What happens to a tool that no entry of `tools`, in no layer, names. One that an agent may take for a named tool (`Send-Mail` for `send_mail`, letters that look the same) is refused in any case (`tool.look-alike`). `deny` of any layer wins. Default: `deny`.',
      ),
    strict('deny'),
    { default: 'deny', floor: true },
  ),
  offers: key(
    z
      .enum(['refuse', 'strip'])
      .optional()
      .describe(
        'What becomes of a request that offers a tool which may not be offered: it is refused, or (`strip`) goes on without the offer. It is refused in any case if the tool is forced, if no tool is left although one must be called or the history has calls, or if the offer stands in a place other than the list of tools. `refuse` of any layer wins. Default: `refuse`.',
      ),
    strict('refuse'),
    { default: 'refuse' },
  ),
  onDeny: key(
    z
      .enum(ON_DENY)
      .optional()
      .describe(
        'What becomes of a reply with a call that is refused: it is withheld as `egress.onBlock` says (`finish`) or always raises an error in the SDK of the client (`error`). With `deny-result` the client gets nothing of it: the sidecar sends the request again with the turn of the model and a result for each of its calls that says that it was not run, at most three times, and what the model says then is judged anew; no call of a turn with a refused one is run. A stream is then kept back until it is complete, where a call of an offered tool could be refused. Replies that cannot be continued (several choices, signed requests, `conversation` and `background` of the Responses API, calls of tools other than functions) and those of the fourth time, or beyond a limit (`limits`), are withheld. Of two layers, `error` wins, then `finish`. Default: `finish`.',
      ),
    {
      meet: (a, b) => (ON_DENY.indexOf(a) < ON_DENY.indexOf(b) ? a : b),
      canonical: (value) => value,
    },
    { default: 'finish' },
  ),
  // The schema parses the written form; the section then converts it to sets, since only there the layer's own default is known.
  tools: { schema: tools, ...toolSets, default: [], floor: undefined },
  mcp: key(
    mcpServers.schema
      .optional()
      .describe(
        'MCP servers that the workload may call through the outbound listener, and the tools, resources and prompts allowed on each. Default: none.',
      ),
    mcpServers,
    { default: [] },
  ),
  hosts: key(
    allowList(
      hostEntry,
      'Hosts that the workload may call through the outbound listener. Without a port: 80 and 443. A plain entry allows everything on the host, TLS tunnels included; one with `paths` only these, inspected. Default: none.',
    ).optional(),
    allAgree(),
    { default: [] },
  ),
  tcp: key(
    allowList(
      tcpServer,
      'Servers that speak no HTTP (databases, brokers, gRPC) and that the workload may connect to. Nothing on such a connection is inspected; it is recorded when it begins and, with the bytes sent each way, when it ends. Never a server that is inspected. Default: none.',
    ).optional(),
    allAgree(),
    { default: [] },
  ),
});

type Action = Omit<z.output<typeof written.schema>, 'tools'> & { tools?: ToolSet[] };

/** A plain list becomes one set with the default of its section: the meet then only collects sets. */
export const action = {
  ...written,
  schema: written.schema.transform(({ tools, ...section }): Action => {
    if (tools === undefined) return section;
    const sets = Array.isArray(tools)
      ? [{ default: section.default ?? ('deny' as const), tools }]
      : tools.allOf;
    return { ...section, tools: sets };
  }),
};

/** The section in the form of documents; it parses back to the same section. */
export function writtenAction({ mcp, ...rest }: Action): object {
  return { ...writtenTools(rest), ...(mcp === undefined ? {} : { mcp: mcp.map(writtenServer) }) };
}

function writtenTools({ tools, ...section }: Omit<Action, 'mcp'>): object {
  if (tools === undefined || tools.length === 0) return section;
  const [only] = tools;
  if (only !== undefined && tools.length === 1 && only.default === (section.default ?? 'deny'))
    return { ...section, tools: only.tools };
  return { ...section, tools: { allOf: tools } };
}
