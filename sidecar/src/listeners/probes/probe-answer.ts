import type { IncomingHttpHeaders } from 'node:http';

/** A probe of a container by the kubelet. */
export interface ProbeRequest {
  readonly headers: IncomingHttpHeaders;
  /** The port that was probed: the kubelet's own `Host` header ends in it, one set by the author does not. */
  readonly port: number;
  /** Aborted when the kubelet disconnects. */
  readonly signal: AbortSignal;
}

export type ProbeAnswer =
  | { readonly kind: 'answered'; readonly status: number }
  /** No listener, no answer, or an answer in another protocol. */
  | { readonly kind: 'unreached' };
