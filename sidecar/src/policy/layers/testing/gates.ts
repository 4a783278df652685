import type { CompiledPolicy } from '../../compile/compiled.ts';
import { HASHES, HOSTS, MCP_HOSTS, MCP_TOOLS, TCP_PORTS, TCP_SERVERS } from '../testdata/random-policy.ts';

/** What may be used of an MCP server, without looking at calls. */
function mcpGates(policy: CompiledPolicy, host: string): boolean[] {
  const server = policy.action.mcp.at(host);
  const observed = policy.mode === 'observe' || server?.mode === 'observe';
  const open = (asked: (found: NonNullable<typeof server>) => boolean): boolean =>
    server !== null && (observed || asked(server));
  return [
    ...['/mcp', '/other', '/x'].map((path) => server?.matchesPath(path) ?? false),
    ...['file:x', 'file:y', 'http:z'].map((uri) => open((found) => found.allowsResource(uri))),
    ...['p', 'q'].map((name) => open((found) => found.allowsPrompt(name))),
    ...(['sampling', 'elicitation', 'roots'] as const).map((feature) =>
      open((found) => found.allowsFeature(feature)),
    ),
    ...MCP_TOOLS.flatMap((tool) => HASHES.map((hash) => open((found) => found.allowsDefinition(tool, hash)))),
    ...MCP_TOOLS.map((tool) => open((found) => !found.pinsFirst(tool))),
  ];
}

/** Everything that a policy decides without looking at text. */
export function gates(policy: CompiledPolicy): boolean[] {
  const { limits, endpoints, callers, action, audit } = policy;
  return [
    ...HOSTS.flatMap((host) => [
      action.hosts.refuseTunnel(host) === null,
      ...['/v1/chat', '/v1/traces', '/'].map((path) => action.hosts.refuseRequest(host, path) === null),
    ]),
    ...['/health', '/a', '/b/c', '/d'].map((path) => endpoints.passes('GET', path)),
    ...['/ws', '/wx', '/d'].map((path) => endpoints.upgrades(path)),
    ...['/openai/v1', '/a/v1', '/b/v1'].map((path) => endpoints.prefixes.agreed(path).length > 0),
    ...['/health', '/a', '/b/c', '/d'].map(
      (path) => !callers.require || callers.mode === 'observe' || callers.excepts('GET', path),
    ),
    endpoints.opaque === 'allow',
    ...TCP_PORTS.map((port) => endpoints.tcp.includes(port)),
    ...TCP_SERVERS.map((server) =>
      action.tcp.some(
        ({ host, first, last }) => host === server.host && first <= server.port && server.port <= last,
      ),
    ),
    !audit.required,
    audit.content === 'none',
    ...['/mcp', '/m', '/d'].map((path) => endpoints.mcp.matchesPath(path)),
    ...MCP_HOSTS.flatMap((host) => mcpGates(policy, host)),
    policy.egress.onBlock === 'finish',
    ...[10, 100, 1000, 5000].flatMap((value) =>
      [
        limits.requestBytes,
        limits.responseBytes,
        limits.requestsPerMinute,
        limits.tokensPerMinute,
        limits.concurrent,
        limits.perCaller?.requestsPerMinute ?? null,
        limits.perCaller?.tokensPerMinute ?? null,
        limits.perCaller?.concurrent ?? null,
        limits.holdChars,
      ].map((limit) => limit === null || limit >= value),
    ),
  ];
}
