import { spellings } from '../../dialects/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import type { Session } from '../session.ts';
import { isMcpMethod } from './exchange.ts';

/** The MCP server that an exchange is with, by policy alone: `action.mcp` outbound, `endpoints.mcp` inbound. Null: it is something else. */
export function mcpServerOf({ policy, target, method }: Session): CompiledMcpServer | null {
  if (policy === null || !isMcpMethod(method)) return null;
  const server = serverAt(policy, target.host);
  return server?.matchesPath(pathOf(target.url)) === true ? server : null;
}

/** True when a more lenient server than this one could take the request for one of MCP. */
export function looksLikeMcp({ target, method }: Session, policy: CompiledPolicy): boolean {
  const server = serverAt(policy, target.host);
  const path = pathOf(target.url);
  return (
    server !== null &&
    method !== 'OPTIONS' &&
    method !== 'HEAD' &&
    spellings(path).some((spelling) => server.matchesPath(spelling))
  );
}

function serverAt(policy: CompiledPolicy, host: string | null): CompiledMcpServer | null {
  return host === null ? policy.endpoints.mcp : policy.action.mcp.at(host);
}

/** As the server sees it, a provider's base path included. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
