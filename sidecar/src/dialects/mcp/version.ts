/** Supported revisions of the protocol, newest first. */
export const MCP_VERSIONS = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export type McpVersion = (typeof MCP_VERSIONS)[number];

/**
 * The revision in the `MCP-Protocol-Version` header. Without one, servers assume 2025-03-26 (2025-11-25, "Protocol Version Header"). Null:
 * an unsupported revision.
 */
export function mcpVersion(header: string | undefined): McpVersion | null {
  if (header === undefined) return '2025-03-26';
  return MCP_VERSIONS.find((version) => version === header) ?? null;
}

/** Batches were added in 2025-03-26 and removed in 2025-06-18. */
export function allowsBatches(version: McpVersion): boolean {
  return version === '2025-03-26';
}

/** Revisions without handshake and sessions, whose requests carry version and capabilities (2026-07-28, "Versioning", "Terminology"). */
export function isModern(version: McpVersion): boolean {
  return version === '2026-07-28';
}
