/** Revisions of the protocol that this dialect reads, newest first. */
export const MCP_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export type McpVersion = (typeof MCP_VERSIONS)[number];

/**
 * The revision that the `MCP-Protocol-Version` header names. Without one, servers take 2025-03-26 (2025-11-25, "Protocol Version
 * Header"). Null: a revision that is not read here.
 */
export function mcpVersion(header: string | undefined): McpVersion | null {
  if (header === undefined) return '2025-03-26';
  return MCP_VERSIONS.find((version) => version === header) ?? null;
}

/** Batches came with 2025-03-26 and went with 2025-06-18. */
export function allowsBatches(version: McpVersion): boolean {
  return version === '2025-03-26';
}
