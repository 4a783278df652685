/** A host with allowed paths: paths are invisible in TLS, so no tunnel is allowed. */
export interface HostPaths {
  readonly host: string;
  /** As in `endpoints.mcp`, sorted. */
  readonly paths: readonly string[];
}

/** An entry of `action.hosts`. A plain one allows everything on the host. */
export type HostEntry = string | HostPaths;

/** The host pattern of an entry, without its paths. */
export function patternOf(entry: HostEntry): string {
  return typeof entry === 'string' ? entry : entry.host;
}

/** Entries without paths. */
export function plainHosts(entries: readonly HostEntry[]): readonly string[] {
  return entries.filter((entry) => typeof entry === 'string');
}
