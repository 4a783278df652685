import type { Mode } from '../../exchange/verdict.ts';
import { compileTools, countsOf } from './compile-tools.ts';
import { OUTBOUND_NAMES } from './condition-names.ts';
import type { CompiledMcp, CompiledMcpServer } from './compiled-mcp.ts';
import type { CompiledTools } from './compiled-tools.ts';
import { compileUpgrades } from '../patterns/endpoint.ts';
import { compileGlobLists } from '../patterns/glob.ts';
import { compileAddressLists, compileHosts } from '../patterns/host-pattern.ts';
import type { McpRule } from '../keys/mcp-server.ts';

export function compileMcp(rules: readonly McpRule[], section: Mode): CompiledMcp {
  const servers = rules.map((rule) => ({
    matches: compileHosts([rule.server]),
    compiled: compileServer(rule, section),
  }));
  return {
    servers: rules.map(({ server }) => server),
    linksSessions: rules.some(({ taintedBy }) => taintedBy === 'session'),
    at: (host) => servers.find(({ matches }) => matches(host))?.compiled ?? null,
    listsAddress: compileAddressLists([rules.map(({ server }) => server)]),
  };
}

function compileServer({ server, ...rule }: McpRule, section: Mode): CompiledMcpServer {
  const mode = section === 'observe' ? 'observe' : rule.mode;
  const layers = rule.pinning.map(({ pin, pins }) => ({ pin, pins: new Map(Object.entries(pins)) }));
  const sets = rule.tools.allOf.map((tools) => ({ default: 'deny' as const, tools: [...tools] }));
  const place = `action.mcp (${server})`;
  return {
    server,
    mode,
    matchesPath: compileUpgrades(rule.paths.allOf),
    tools: {
      tools: compileTools(sets, mode, { path: place, absent: OUTBOUND_NAMES }),
      place,
      counts: countsOf(sets),
      default: 'deny',
      resembles: () => null,
      mode,
    },
    isTrusted: rule.results === 'trusted',
    taintedBy: rule.taintedBy,
    allowsResource: compileGlobLists(rule.resources.allOf),
    allowsPrompt: compileGlobLists(rule.prompts.allOf),
    allowsFeature: (feature) => rule.clientFeatures.allOf.every((list) => list.includes(feature)),
    pinsFirst: (tool) => layers.some(({ pin, pins }) => pin && !pins.has(tool)),
    allowsDefinition: (tool, sha256) =>
      layers.every(({ pins }) => pins.get(tool)?.includes(`sha256-${sha256}`) ?? true),
  };
}

/** The workload as an MCP server: `action.tools` applies to its tools; resources and prompts are unrestricted. */
export function compileOwnMcp(
  paths: readonly (readonly string[])[],
  tools: CompiledTools,
): CompiledMcpServer {
  return {
    server: null,
    mode: tools.mode,
    matchesPath: compileUpgrades(paths),
    tools,
    isTrusted: false,
    taintedBy: 'session',
    allowsResource: () => true,
    allowsPrompt: () => true,
    allowsFeature: () => true,
    pinsFirst: () => false,
    allowsDefinition: () => true,
  };
}
