import type { Capture, InjectConfig, PodSecurityLevel } from '../pod/config.ts';
import { ANNOTATIONS } from '../pod/names.ts';
import type { Namespace, Pod } from '../pod/pod.ts';
import type { InjectPolicy } from '../pod/policy.ts';
import { refuse } from '../pod/refusals.ts';

export interface CaptureChoice {
  readonly capture: Capture;
  /** The reason, for the status annotation and the warning. */
  readonly reason: string;
}

const FIELD = `metadata.annotations[${ANNOTATIONS.capture}]`;
const ENFORCE = 'pod-security.kubernetes.io/enforce';
/**
 * Init containers of meshes that load their own redirections, or test those of their CNI plug-in. Consul's may leave that to its plug-in too,
 * without saying so.
 */
const MESH_INIT = new Set([
  'consul-connect-inject-init',
  'istio-init',
  'istio-validation',
  'kuma-init',
  'kuma-validation',
  'linkerd-init',
  'linkerd-network-validator',
]);
/** Istio's ambient mode redirects from the node; the label of the pod wins. */
const DATAPLANE_MODE = 'istio.io/dataplane-mode';
/** Runtime classes whose pods have a kernel of their own: whether it loads nft rules cannot be known at admission. */
const OWN_KERNEL = /gvisor|runsc|kata/i;

function level(namespace: Namespace, config: InjectConfig): PodSecurityLevel {
  const label = namespace.metadata.labels?.[ENFORCE];
  if (label === undefined) return config.podSecurityDefault;
  // The API server treats an unknown level as the strictest.
  return label === 'privileged' || label === 'baseline' ? label : 'restricted';
}

interface Obstacle {
  readonly code: 'capture_conflict' | 'capture_impossible';
  readonly reason: string;
}

function otherRedirection(pod: Pod, namespace: Namespace): string | null {
  const mesh = (pod.spec.initContainers ?? []).find(({ name }) => MESH_INIT.has(name));
  if (mesh !== undefined) return `container ${mesh.name} redirects the same traffic`;
  const mode = pod.metadata?.labels?.[DATAPLANE_MODE] ?? namespace.metadata.labels?.[DATAPLANE_MODE];
  return mode === 'ambient' ? "Istio's ambient mode redirects the same traffic" : null;
}

/** Why redirect is impossible in this pod; null: it is possible. */
function obstacle(pod: Pod, namespace: Namespace, config: InjectConfig): Obstacle | null {
  const impossible = (reason: string): Obstacle => ({ code: 'capture_impossible', reason });
  if (!config.captures.includes('redirect')) return impossible('this installation does not offer redirect');
  const other = otherRedirection(pod, namespace);
  if (other !== null) return { code: 'capture_conflict', reason: other };
  const runtime = pod.spec.runtimeClassName ?? '';
  if (OWN_KERNEL.test(runtime))
    return impossible(`runtime class ${runtime} has a kernel of its own, where nft rules may not load`);
  const found = level(namespace, config);
  return found === 'privileged' ? null : impossible(`Pod Security level ${found} does not admit NET_ADMIN`);
}

function annotated(pod: Pod): Capture | null {
  const value = pod.metadata?.annotations?.[ANNOTATIONS.capture];
  if (value === undefined || value === 'redirect' || value === 'takeover') return value ?? null;
  return refuse('annotation_invalid', FIELD, 'Accepted: redirect, takeover.');
}

/**
 * The annotated mode, if policy admits it; else redirect if possible; else takeover. @param earlier the choice of an earlier pass for this
 * pod: a moved server is not moved back @throws InjectionRefused
 */
export function chooseCapture(
  pod: Pod,
  namespace: Namespace,
  policy: InjectPolicy,
  config: InjectConfig,
  earlier: Capture | null,
): CaptureChoice {
  const wanted = annotated(pod);
  const against = obstacle(pod, namespace, config);
  if (policy.demandsRedirect) {
    if (wanted === 'takeover') refuse('capture_required', FIELD, 'The annotation is takeover.');
    if (against !== null) refuse('capture_required', FIELD, `Here ${against.reason}.`);
    return { capture: 'redirect', reason: 'the policy requires it' };
  }
  if (wanted === 'redirect' && against !== null) refuse(against.code, FIELD, `Here ${against.reason}.`);
  if (wanted !== null) return { capture: wanted, reason: 'the annotation asks for it' };
  if (against === null && earlier !== 'takeover') {
    return { capture: 'redirect', reason: 'the namespace admits NET_ADMIN' };
  }
  if (!config.captures.includes('takeover')) {
    refuse('capture_impossible', 'spec.containers', `Here ${against?.reason ?? 'takeover is not offered'}.`);
  }
  return { capture: 'takeover', reason: against?.reason ?? 'the server was moved before' };
}
