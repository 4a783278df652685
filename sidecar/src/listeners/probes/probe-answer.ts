import type { IncomingHttpHeaders } from 'node:http';

/** What the kubelet asked for a container. */
export interface ProbeRequest {
  readonly headers: IncomingHttpHeaders;
  /** The port that it was asked on: the kubelet's own `Host` header ends in it, and one that the author gave does not. */
  readonly port: number;
  /** Aborted when the kubelet hangs up. */
  readonly signal: AbortSignal;
}

export type ProbeAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  /** Nothing listens, no answer, or none of the protocol that was asked for. */
  | { readonly kind: 'unreached' };
