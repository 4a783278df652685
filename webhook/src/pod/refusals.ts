/** What a refusal says about itself, apart from the details of one pod. */
export interface RefusalRow {
  /** Where in the pod or namespace the cause stands. `*` is any container. */
  readonly field: string;
  readonly reason: string;
  readonly fix: string;
}

/** Every reason why a labelled pod is refused. `docs/reference/injection-refusals.md` is generated from this table. */
export const REFUSALS = {
  adapter_option: {
    field: 'spec.containers[*].args',
    reason:
      'With this option or variable the model server listens, or speaks, in a way that takeover cannot move to loopback.',
    fix: 'Remove it, or use capture redirect.',
  },
  annotation_invalid: {
    field: 'metadata.annotations',
    reason: 'An annotation of llm-boundary.io has a value that is not understood.',
    fix: 'Give one of the values that the message lists.',
  },
  base_url_past_boundary: {
    field: 'spec.containers[*].env',
    reason:
      'An environment variable sends calls to an LLM API past the sidecar, and takeover cannot stop them on the wire.',
    fix: 'Remove the variable, or add the API to outbound.providers of the policy.',
  },
  capability_too_strong: {
    field: 'spec.containers[*].securityContext.capabilities.add',
    reason:
      'With this capability a container can change the rules of redirect or take the UID of the sidecar.',
    fix: 'Drop the capability, or choose capture takeover and read what it does not guarantee.',
  },
  capture_conflict: {
    field: 'spec.initContainers',
    reason: 'A service mesh redirects the same traffic in this pod; two redirections do not compose.',
    fix: 'Use capture takeover, or exclude the pod from the mesh.',
  },
  capture_impossible: {
    field: 'spec.containers',
    reason:
      'The Pod Security level of the namespace does not admit redirect, and no adapter for takeover knows the model server.',
    fix: 'Name the settings of the server in the annotation llm-boundary.io/listen (args=--host,--port or env=HOST,PORT), or use a namespace that admits NET_ADMIN.',
  },
  capture_required: {
    field: 'metadata.annotations[llm-boundary.io/capture]',
    reason: 'The policy demands capture redirect, and it is not possible in this pod.',
    fix: 'Remove what stands against it (see the message), or ask for a policy that admits takeover.',
  },
  final_state: {
    field: 'spec',
    reason:
      'The pod is not what the webhook makes of it: something changed it after the injection, or went around it.',
    fix: 'Send the pod without the parts of llm-boundary, and let other injectors run before this one.',
  },
  frozen: {
    field: 'spec.initContainers',
    reason: 'The sidecar, the labels and the annotations of llm-boundary cannot change in a running pod.',
    fix: 'Delete the pod and create it anew.',
  },
  host_namespace: {
    field: 'spec.hostNetwork',
    reason: "A pod in the node's namespaces cannot have a boundary of its own.",
    fix: 'Remove hostNetwork and hostPID, or run the pod in a namespace that is not labelled for injection.',
  },
  host_path: {
    field: 'spec.volumes[*].hostPath.path',
    reason:
      "The volume leads to the node's processes, its container runtime or the kubelet's files, and through them past the sidecar.",
    fix: 'Mount a folder of its own, or run the pod in a namespace that is not labelled for injection.',
  },
  impostor_container: {
    field: 'spec.initContainers',
    reason: 'A container carries a name of llm-boundary and is not what this webhook injects.',
    fix: 'Remove the container: the webhook adds it.',
  },
  impostor_status: {
    field: 'metadata.annotations[llm-boundary.io/status]',
    reason: 'The pod claims to be injected and has no sidecar.',
    fix: 'Remove the annotations llm-boundary.io/status and llm-boundary.io/probes: the webhook sets them.',
  },
  impostor_volume: {
    field: 'spec.volumes',
    reason: 'A volume carries a name of llm-boundary and is not what this webhook adds.',
    fix: 'Rename the volume.',
  },
  model_container_unknown: {
    field: 'metadata.annotations[llm-boundary.io/model-container]',
    reason: 'The annotation names a container that is not in spec.containers.',
    fix: 'Name one of the containers that the message lists.',
  },
  model_unguarded: {
    field: 'spec.containers[*]',
    reason: 'Another container than the model container starts a model server, which nothing would guard.',
    fix: 'Under redirect add its ports to llm-boundary.io/model-ports; under takeover run it in a pod of its own.',
  },
  namespace_unknown: {
    field: 'metadata.namespace',
    reason: 'The webhook does not know the namespace yet.',
    fix: 'Try again; if it stays, look at the readiness of the webhook.',
  },
  own_image_unknown: {
    field: 'spec.initContainers[*].image',
    reason: 'A container of llm-boundary has an image that this installation does not know.',
    fix: 'Where another webhook rewrote it (a digest, a mirror), name the image that was found in sidecar.acceptedImages of the chart; a pod of another version of llm-boundary is sent without its parts.',
  },
  pod_malformed: {
    field: 'spec',
    reason: 'The object does not have the shape of a Pod.',
    fix: 'Correct the field that the message names.',
  },
  policy_invalid: {
    field: 'metadata.annotations[llm-boundary.io/policy]',
    reason: 'The policy exists and is not valid, and no earlier valid version is known.',
    fix: 'Correct the policy; `llm-boundary-sidecar policy check` says where it is wrong.',
  },
  policy_unknown: {
    field: 'metadata.annotations[llm-boundary.io/policy]',
    reason: 'No policy has this name.',
    fix: 'Use one of the names that the message lists.',
  },
  port_mismatch: {
    field: 'spec.containers[*].ports',
    reason: 'The port that the model server is told to listen on is not among the guarded ports.',
    fix: 'Make containerPort and the port option of the server the same.',
  },
  port_opaque: {
    field: 'metadata.annotations[llm-boundary.io/model-ports]',
    reason: 'The policy lists a port of the model in endpoints.tcp, as one that is not inspected.',
    fix: 'Take the port out of endpoints.tcp of the policy, or out of llm-boundary.io/model-ports.',
  },
  port_protocol: {
    field: 'spec.containers[*].ports',
    reason: 'The port speaks a protocol that cannot be inspected (gRPC, h2c, UDP or SCTP).',
    fix: 'List it in endpoints.tcp of the policy where it may pass without inspection; or remove it, or list the other ports in the annotation llm-boundary.io/model-ports under capture redirect, which closes this one.',
  },
  port_reserved: {
    field: 'spec.containers[*].ports',
    reason: 'The port belongs to the sidecar (15400 to 15499).',
    fix: 'Choose another port.',
  },
  port_uncapturable: {
    field: 'spec.containers[*].ports',
    reason: 'Takeover cannot move this port of the model container to loopback.',
    fix: 'Remove the port from the container, or use capture redirect.',
  },
  port_unresolved: {
    field: 'spec.containers[*].args',
    reason: 'The port of the model server depends on something that the webhook cannot read.',
    fix: 'Write the port as a number, or as a variable whose value stands in env.',
  },
  ports_unknown: {
    field: 'spec.containers[*].ports',
    reason: 'No port is declared, and takeover cannot close ports that it does not know.',
    fix: 'Declare the ports, or set llm-boundary.io/model-ports to "none" where the pod serves nothing.',
  },
  privilege_escalation: {
    field: 'spec.containers[*].securityContext.allowPrivilegeEscalation',
    reason: 'A container that may gain privileges can take the UID of the sidecar under redirect.',
    fix: 'Remove allowPrivilegeEscalation: true, or choose capture takeover and read what it does not guarantee.',
  },
  privileged: {
    field: 'spec.containers[*].securityContext.privileged',
    reason: 'A privileged container can change the rules of redirect.',
    fix: 'Remove privileged, or choose capture takeover and read what it does not guarantee.',
  },
  shared_processes: {
    field: 'spec.shareProcessNamespace',
    reason: 'With a shared process namespace other containers can signal and read the sidecar.',
    fix: 'Remove shareProcessNamespace.',
  },
  shell_command: {
    field: 'spec.containers[*].command',
    reason: 'The model server starts from a shell script that the webhook cannot change safely.',
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
      'A container runs as the user of the sidecar (15400), or as its group where only the image knows the user.',
    fix: 'Choose another runAsUser, or another runAsGroup.',
  },
  uid_unknown: {
    field: 'spec.containers[*].securityContext.runAsUser',
    reason: 'The user of a container is not known, and this installation demands it under redirect.',
    fix: 'Set runAsUser in the container or in the pod.',
  },
  volume_shared: {
    field: 'spec.containers[*].volumeMounts',
    reason: "A container mounts a volume of the sidecar's.",
    fix: 'Remove the mount.',
  },
  windows: {
    field: 'spec.os.name',
    reason: 'Windows pods cannot be guarded.',
    fix: 'Run the workload on Linux.',
  },
} as const satisfies Record<string, RefusalRow>;

export type RefusalCode = keyof typeof REFUSALS;

/** Why one pod is refused. Names fields and settings, never their secret contents. */
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
 * @param field the exact field; @param detail appended to the table's reason: what was found and what would be accepted
 * @throws InjectionRefused always
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

/** One line for a person: code, field, reason, fix. */
export function refusalText({ code, field, reason, fix }: Refusal): string {
  return `llm-boundary refused the pod [${code}] at ${field}: ${reason} Fix: ${fix}`;
}

/** The page `docs/reference/injection-refusals.md`. */
export function refusalsPage(): string {
  return [
    '# Why a pod is refused',
    '',
    'Generated from `webhook/src/pod/refusals.ts`; do not edit.',
    'A labelled pod that cannot be guarded is refused with one of these codes, the exact field, what was found and what to do.',
    '',
    '| code | field | reason | fix |',
    '| --- | --- | --- | --- |',
    ...Object.entries(REFUSALS).map(
      ([code, row]) => `| \`${code}\` | \`${row.field}\` | ${row.reason} | ${row.fix} |`,
    ),
    '',
  ].join('\n');
}
