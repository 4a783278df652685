/** A host with these paths alone: what is inside TLS has no path that could be seen, so no tunnel leads there. */
export interface HostPaths {
  readonly host: string;
  /** As in `endpoints.mcp`, sorted. */
  readonly paths: readonly string[];
}

/** An entry of `action.hosts`. A plain one allows everything on the host. */
export type HostEntry = string | HostPaths;

/** The pattern of an entry, without its paths. */
export function patternOf(entry: HostEntry): string {
  return typeof entry === 'string' ? entry : entry.host;
}

/** Entries that allow everything on their host. */
export function plainHosts(entries: readonly HostEntry[]): readonly string[] {
  return entries.filter((entry) => typeof entry === 'string');
}
