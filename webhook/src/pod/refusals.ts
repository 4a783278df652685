/** The general part of a refusal, without the details of one pod. */
export interface RefusalRow {
  /** The field of the pod or namespace that causes the refusal. `*` is any container. */
  readonly field: string;
  readonly reason: string;
  readonly fix: string;
}

/** All reasons for refusing a labelled pod. `docs/reference/injection-refusals.md` is generated from this table. */
export const REFUSALS = {
  adapter_option: {
    field: 'spec.containers[*].args',
    reason:
      'With this option or variable the model server uses a listener or a protocol that takeover cannot move to loopback.',
    fix: 'Remove it, or use capture redirect. Where it spreads one model over several pods, llm-boundary.io/capture: takeover accepts that the ports between them stay open.',
  },
  annotation_invalid: {
    field: 'metadata.annotations',
    reason: 'An annotation of llm-boundary.io has an invalid value.',
    fix: 'Use one of the values that the message lists.',
  },
  base_url_past_boundary: {
    field: 'spec.containers[*].env',
    reason:
      'An environment variable directs calls to an LLM API past the sidecar, and takeover cannot intercept them.',
    fix: 'Remove the variable, or add the API to outbound.providers of the policy.',
  },
  capability_too_strong: {
    field: 'spec.containers[*].securityContext.capabilities.add',
    reason:
      'With this capability a container can change the nft rules of redirect or assume the UID of the sidecar.',
    fix: 'Drop the capability, or use capture takeover and accept its weaker guarantees. SETUID can be kept where the policy allows llm-boundary.io/keep-privileges.',
  },
  capture_conflict: {
    field: 'spec.initContainers',
    reason: 'A service mesh redirects the same traffic in this pod, and two redirections conflict.',
    fix: 'Use capture takeover, or exclude the pod from the mesh.',
  },
  capture_impossible: {
    field: 'spec.containers',
    reason:
      'The Pod Security level of the namespace or the runtime class does not admit redirect, and takeover has no adapter for the model server.',
    fix: 'Set the listen options of the server in the annotation llm-boundary.io/listen (args=--host,--port or env=HOST,PORT, or the port alone), or use a namespace that admits NET_ADMIN. Where no port is a model server\'s (Spark, torch), list them in endpoints.tcp of the policy and set llm-boundary.io/model-ports to "none".',
  },
  capture_required: {
    field: 'metadata.annotations[llm-boundary.io/capture]',
    reason: 'The policy requires capture redirect, which is not possible in this pod.',
    fix: 'Remove the obstacle that the message names, or use a policy that allows takeover.',
  },
  final_state: {
    field: 'spec',
    reason:
      'The pod differs from the result of injection: it was changed afterwards, or the injection was bypassed.',
    fix: 'Submit the pod without the parts of llm-boundary, and let other injectors run before this one.',
  },
  frozen: {
    field: 'spec.initContainers',
    reason: 'The sidecar, the labels and the annotations of llm-boundary cannot be changed in a running pod.',
    fix: 'Delete the pod and recreate it.',
  },
  host_namespace: {
    field: 'spec.hostNetwork',
    reason: 'A pod in the namespaces of the node cannot be isolated.',
    fix: 'Remove hostNetwork and hostPID, or run the pod in a namespace that is not labelled for injection.',
  },
  host_path: {
    field: 'spec.volumes[*].hostPath.path',
    reason:
      "The volume gives access to the node's processes, container runtime or kubelet files, with which the sidecar can be bypassed.",
    fix: 'Mount a dedicated folder, or run the pod in a namespace that is not labelled for injection.',
  },
  impostor_container: {
    field: 'spec.initContainers',
    reason:
      'A container has a reserved name of llm-boundary and differs from the one that this webhook injects.',
    fix: 'Remove the container; the webhook adds it.',
  },
  impostor_status: {
    field: 'metadata.annotations[llm-boundary.io/status]',
    reason: 'The pod has annotations of an injected pod and no sidecar.',
    fix: 'Remove the annotations llm-boundary.io/status and llm-boundary.io/probes; the webhook sets them.',
  },
  impostor_volume: {
    field: 'spec.volumes',
    reason: 'A volume has a reserved name of llm-boundary and differs from the one that this webhook adds.',
    fix: 'Rename the volume.',
  },
  listen_absent: {
    field: 'spec.containers[*].env',
    reason:
      'The annotation llm-boundary.io/listen names an option or a variable that the container does not have.',
    fix: 'Write the option in args, or the variable in env, with the port that the server has now, or correct the name in the annotation.',
  },
  model_container_unknown: {
    field: 'metadata.annotations[llm-boundary.io/model-container]',
    reason: 'The annotation names a container that is not in spec.containers.',
    fix: 'Use one of the containers that the message lists.',
  },
  model_unguarded: {
    field: 'spec.containers[*]',
    reason: 'A container other than the model container starts a model server, which would not be guarded.',
    fix: 'Under redirect add its ports to llm-boundary.io/model-ports; under takeover run it in a separate pod.',
  },
  namespace_unknown: {
    field: 'metadata.namespace',
    reason: 'The namespace is not in the cache of the webhook yet.',
    fix: 'Try again; if the error persists, check the readiness of the webhook.',
  },
  own_image_unknown: {
    field: 'spec.initContainers[*].image',
    reason: 'A container of llm-boundary has an image that this installation does not accept.',
    fix: 'If another webhook rewrote it (a digest, a mirror), add the image in the message to sidecar.acceptedImages of the chart. If another version of llm-boundary injected the pod, submit it without the parts of llm-boundary.',
  },
  pod_malformed: {
    field: 'spec',
    reason: 'The object is not a valid Pod.',
    fix: 'Correct the field that the message names.',
  },
  policy_invalid: {
    field: 'metadata.annotations[llm-boundary.io/policy]',
    reason: 'The policy is not valid, and no earlier valid version is known.',
    fix: 'Correct the policy; `llm-boundary-sidecar policy check` lists its problems.',
  },
  policy_unknown: {
    field: 'metadata.annotations[llm-boundary.io/policy]',
    reason: 'No policy has this name.',
    fix: 'Use one of the names that the message lists.',
  },
  port_mismatch: {
    field: 'spec.containers[*].ports',
    reason: 'The port on which the model server is configured to listen is not among the guarded ports.',
    fix: 'Set containerPort and the port option of the server to the same number.',
  },
  port_opaque: {
    field: 'metadata.annotations[llm-boundary.io/model-ports]',
    reason: 'The policy lists a model port in endpoints.tcp, which excludes it from inspection.',
    fix: 'Remove the port from endpoints.tcp of the policy, or from llm-boundary.io/model-ports, which is "none" where no port is a model server\'s. A server of which every port speaks gRPC cannot be guarded: use its HTTP variant, or a namespace that is not labelled for injection.',
  },
  port_protocol: {
    field: 'spec.containers[*].ports',
    reason: 'The port uses a protocol that cannot be inspected (gRPC, h2c, UDP or SCTP).',
    fix: 'List the port in endpoints.tcp of the policy if it may pass without inspection (one port must be left to inspect), or remove it. Under capture redirect you can also close it by listing only the other ports in the annotation llm-boundary.io/model-ports.',
  },
  port_reachable: {
    field: 'spec.containers[*]',
    reason:
      'Takeover can move the port of this server, but cannot bind it to loopback: the moved port would be reachable past the sidecar.',
    fix: 'Admit only the guarded ports to the pod with a NetworkPolicy, and accept the rest with the annotation llm-boundary.io/capture: takeover; or use a namespace that admits NET_ADMIN.',
  },
  port_reserved: {
    field: 'spec.containers[*].ports',
    reason: 'The port is reserved for the sidecar (15400 to 15499).',
    fix: 'Choose another port.',
  },
  port_uncapturable: {
    field: 'spec.containers[*].ports',
    reason: 'Takeover cannot move this port of the model container to loopback.',
    fix: 'Remove the port from the container, list it in endpoints.tcp of the policy if it may pass without inspection, or use capture redirect.',
  },
  port_unresolved: {
    field: 'spec.containers[*].args',
    reason: 'The port of the model server comes from a source that the webhook cannot read.',
    fix: 'Write the port as a number, or as a variable with a literal value in env.',
  },
  ports_unknown: {
    field: 'spec.containers[*].ports',
    reason: 'No port is declared, and takeover cannot close undeclared ports.',
    fix: 'Declare the ports, or set llm-boundary.io/model-ports to "none" if the pod serves nothing.',
  },
  privilege_escalation: {
    field: 'spec.containers[*].securityContext.allowPrivilegeEscalation',
    reason: 'Under redirect, a container that may gain privileges can assume the UID of the sidecar.',
    fix: 'Remove allowPrivilegeEscalation: true, or use capture takeover and accept its weaker guarantees. It can be kept where the policy allows llm-boundary.io/keep-privileges.',
  },
  privileges_not_kept: {
    field: 'metadata.annotations[llm-boundary.io/keep-privileges]',
    reason: 'This installation does not let pods with this policy keep privileges under redirect.',
    fix: 'Remove the annotation and set runAsUser to the final user, or list the policy in injection.keepPrivileges of the chart.',
  },
  privileged: {
    field: 'spec.containers[*].securityContext.privileged',
    reason: 'A privileged container can change the nft rules of redirect.',
    fix: 'Remove privileged, or use capture takeover and accept its weaker guarantees.',
  },
  shared_processes: {
    field: 'spec.shareProcessNamespace',
    reason: 'With a shared process namespace other containers can signal and read the sidecar.',
    fix: 'Remove shareProcessNamespace.',
  },
  shell_command: {
    field: 'spec.containers[*].command',
    reason: 'A shell script that the webhook cannot edit safely starts the model server.',
    fix: 'Write command and args without a shell, or use capture redirect.',
  },
  targets_sidecar: {
    field: 'spec.ephemeralContainers[*].targetContainerName',
    reason: 'A debug container must not share the processes of the sidecar.',
    fix: 'Choose another target container.',
  },
  too_many_ports: {
    field: 'spec.containers[*].ports',
    reason: 'More than ten model ports, or more than twenty ports in endpoints.tcp of the policy.',
    fix: 'Declare fewer model ports, or list fewer in endpoints.tcp of the policy.',
  },
  uid_taken: {
    field: 'spec.containers[*].securityContext.runAsUser',
    reason:
      'A container runs as the user of the sidecar (15400), or as its group together with the user of the image.',
    fix: 'Choose another runAsUser, or another runAsGroup.',
  },
  uid_unknown: {
    field: 'spec.containers[*].securityContext.runAsUser',
    reason: 'The user of a container is unknown, and this installation requires it under redirect.',
    fix: 'Set runAsUser in the container or in the pod.',
  },
  volume_shared: {
    field: 'spec.containers[*].volumeMounts',
    reason: 'A container mounts a volume of the sidecar.',
    fix: 'Remove the mount.',
  },
  windows: {
    field: 'spec.os.name',
    reason: 'Windows pods cannot be guarded.',
    fix: 'Run the workload on Linux.',
  },
} as const satisfies Record<string, RefusalRow>;

export type RefusalCode = keyof typeof REFUSALS;

/** Why one pod is refused. Names fields and settings, never secret contents. */
export interface Refusal {
  readonly code: RefusalCode;
  /** The exact field in this pod. */
  readonly field: string;
  readonly reason: string;
  readonly fix: string;
}

/** Thrown inside `inject/` only; `inject()` turns it into a result. */
export class InjectionRefused extends Error {
  override readonly name = 'InjectionRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(`${refusal.code}: ${refusal.reason}`);
    this.refusal = refusal;
  }
}

/**
 * @param field the exact field; @param detail appended to the table's reason: the found and the accepted values @throws InjectionRefused
 * always
 */
export function refuse(code: RefusalCode, field: string, detail = ''): never {
  const row = REFUSALS[code];
  throw new InjectionRefused({
    code,
    field,
    reason: detail === '' ? row.reason : `${row.reason} ${detail}`,
    fix: row.fix,
  });
}

/** One line for people: code, field, reason, fix. */
export function refusalText({ code, field, reason, fix }: Refusal): string {
  return `llm-boundary refused the pod [${code}] at ${field}: ${reason} Fix: ${fix}`;
}

/** The page `docs/reference/injection-refusals.md`. */
export function refusalsPage(): string {
  return [
    '# Why a pod is refused',
    '',
    'Generated from `webhook/src/pod/refusals.ts`; do not edit.',
    'A labelled pod that cannot be guarded is refused with one of these codes, the exact field, the reason and a fix.',
    '',
    '| code | field | reason | fix |',
    '| --- | --- | --- | --- |',
    ...Object.entries(REFUSALS).map(
      ([code, row]) => `| \`${code}\` | \`${row.field}\` | ${row.reason} | ${row.fix} |`,
    ),
    '',
  ].join('\n');
}
