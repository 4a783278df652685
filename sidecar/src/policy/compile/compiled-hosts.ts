/** Why a host may not be called. */
export interface HostRefusal {
  /** `host.path-not-listed`: the host is listed, for other paths only. */
  readonly rule: 'host.not-listed' | 'host.path-not-listed';
  /** Set if the host receives prompts and replies as traces: the product, and how to turn them off. */
  readonly receiver: { readonly name: string; readonly off: string } | null;
}

/** Hosts are `host[:port]`; without a port, 80 or 443. */
export interface CompiledHosts {
  /** True if any path of the host is listed. */
  readonly reaches: (host: string) => boolean;
  /** Null: a request for `path` (raw, without the query) is allowed. */
  readonly refuseRequest: (host: string, path: string) => HostRefusal | null;
  /** Null: uninspected connections are allowed. Entries with paths never allow them. */
  readonly refuseTunnel: (host: string) => HostRefusal | null;
}
