/** One request as a coding agent sends it, and the server's answer. */
export interface AgentExchange {
  readonly name: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Events of a stream, or a whole body; null for none. */
  readonly reply: { readonly events: readonly AgentEvent[] } | { readonly whole: object } | null;
}

export interface AgentEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}
