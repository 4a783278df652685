/** Why a host may not be called. */
export interface HostRefusal {
  /** `host.path-not-listed`: the host is listed, for other paths only. */
  readonly rule: 'host.not-listed' | 'host.path-not-listed';
  /** Where the host takes prompts and replies as traces: whose they are, and what turns them off. */
  readonly receiver: { readonly name: string; readonly off: string } | null;
}

/** Hosts are `host[:port]`; without a port, 80 or 443. */
export interface CompiledHosts {
  /** True where some path of the host is listed. */
  readonly reaches: (host: string) => boolean;
  /** Null: a request for `path` (raw, without the query) may go there. */
  readonly refuseRequest: (host: string, path: string) => HostRefusal | null;
  /** Null: bytes that are not inspected may go there. Entries with paths never allow that. */
  readonly refuseTunnel: (host: string) => HostRefusal | null;
}
