import type { AuditVolume } from './audit-volume.ts';
import { ANNOTATIONS } from './names.ts';
import type { Namespace, Pod } from './pod.ts';
import { refuse } from './refusals.ts';

export type PolicyMode = 'observe' | 'enforce';

/** Kubernetes quantities. */
export interface Amount {
  readonly request: string;
  readonly limit: string;
}

/** Resources that one policy sets for its sidecars. */
export interface SidecarShare {
  readonly cpu?: Amount;
  readonly memory?: Amount;
  readonly auditVolume?: AuditVolume;
}

/** The parts of an effective policy that injection needs. */
export interface InjectPolicy {
  readonly name: string;
  /** The mode that the workload asked for; null: none. Already combined with the floor. */
  readonly mode: PolicyMode | null;
  /** Name of the published ConfigMap in the workload's namespace. */
  readonly configMap: string;
  /** SHA-256 (lower-case hex) of the canonical effective document. */
  readonly sha256: string;
  /** Upstreams of the outbound listener: `https://host[:port]/base`, without a trailing slash. */
  readonly providers: readonly { readonly name: string; readonly url: string }[];
  /** `endpoints.tcp`, ascending: ports of the pod that are not inspected. */
  readonly tcpPorts: readonly number[];
  /** `action.tcp`: servers that the workload may connect to without inspection. */
  readonly tcpServers: readonly { readonly host: string; readonly first: number; readonly last: number }[];
  /** The policy's overrides for the resources of the sidecar. */
  readonly resources: SidecarShare;
  /** True if the policy admits redirect only. */
  readonly demandsRedirect: boolean;
}

export type PolicyAnswer =
  | { readonly kind: 'found'; readonly policy: InjectPolicy }
  | { readonly kind: 'unknown'; readonly names: readonly string[] }
  | { readonly kind: 'invalid'; readonly message: string };

/** Answers from memory, without I/O. */
export type PolicyLookup = (namespace: string, name: string, mode: PolicyMode | null) => PolicyAnswer;

export interface PolicyChoice {
  readonly name: string;
  readonly mode: PolicyMode | null;
}

/** The policy and mode that pod and namespace ask for. The pod's annotations override the namespace's. @throws InjectionRefused */
export function choosePolicy(pod: Pod, namespace: Namespace): PolicyChoice {
  const own = pod.metadata?.annotations ?? {};
  const outer = namespace.metadata.annotations ?? {};
  const mode = own[ANNOTATIONS.mode] ?? outer[ANNOTATIONS.mode] ?? null;
  if (mode !== null && mode !== 'observe' && mode !== 'enforce') {
    return refuse(
      'annotation_invalid',
      `metadata.annotations[${ANNOTATIONS.mode}]`,
      'Accepted: observe, enforce.',
    );
  }
  return { name: own[ANNOTATIONS.policy] ?? outer[ANNOTATIONS.policy] ?? 'default', mode };
}

/** @throws InjectionRefused for an unknown or invalid policy */
export function findPolicy(choice: PolicyChoice, namespace: string, lookup: PolicyLookup): InjectPolicy {
  const field = `metadata.annotations[${ANNOTATIONS.policy}]`;
  const answer = lookup(namespace, choice.name, choice.mode);
  switch (answer.kind) {
    case 'found':
      return answer.policy;
    case 'invalid':
      return refuse('policy_invalid', field, answer.message);
    case 'unknown': {
      const names = answer.names.length === 0 ? 'none is installed' : answer.names.join(', ');
      return refuse('policy_unknown', field, `Valid names: ${names}.`);
    }
  }
}
