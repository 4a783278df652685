import type { Container, Pod } from '@llm-boundary/webhook/inject';

import type { Level } from './case.ts';
import { merge } from './merge.ts';

/** Capabilities that level baseline lets a container add. */
const BASELINE_CAPABILITIES = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

function containers({ spec }: Pod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

function text(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, name) =>
      typeof node === 'object' && node !== null
        ? (node as Readonly<Record<string, unknown>>)[name]
        : undefined,
    value,
  );
}

function againstBaseline(pod: Pod): readonly string[] {
  const { spec } = pod;
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((name) => spec[name] === true),
    ...(spec.volumes ?? []).filter((volume) => (volume.hostPath ?? null) !== null).map(() => 'hostPath'),
    ...containers(pod).flatMap(({ name, ports, securityContext }) => [
      ...(securityContext?.privileged === true ? [`${name}: privileged`] : []),
      ...(securityContext?.capabilities?.add ?? [])
        .filter((capability) => !BASELINE_CAPABILITIES.has(capability))
        .map((capability) => `${name}: ${capability}`),
      ...(ports ?? []).filter(({ hostPort }) => (hostPort ?? 0) !== 0).map(() => `${name}: hostPort`),
    ]),
  ];
}

function againstRestrictedIn(container: Container, ofPod: unknown): readonly string[] {
  const { name, securityContext: own } = container;
  const set = (...path: readonly string[]): unknown => text(own, ...path) ?? text(ofPod, ...path);
  const seccomp = set('seccompProfile', 'type');
  const faults: readonly (readonly [string, boolean])[] = [
    ['allowPrivilegeEscalation', own?.allowPrivilegeEscalation !== false],
    ['runAsNonRoot', set('runAsNonRoot') !== true],
    ['runAsUser', set('runAsUser') === 0],
    ['capabilities', !(own?.capabilities?.drop ?? []).includes('ALL')],
    ['added capabilities', (own?.capabilities?.add ?? []).some((each) => each !== 'NET_BIND_SERVICE')],
    ['seccompProfile', seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost'],
  ];
  return faults.filter(([, isFault]) => isFault).map(([fault]) => `${name}: ${fault}`);
}

function againstRestricted(pod: Pod): readonly string[] {
  return containers(pod).flatMap((each) => againstRestrictedIn(each, pod.spec.securityContext));
}

/** What a namespace of the level refuses in a pod (kubernetes.io: Pod Security Standards, without the fields that no case has). */
export function violations(pod: Pod, level: Level): readonly string[] {
  switch (level) {
    case 'privileged':
      return [];
    case 'baseline':
      return againstBaseline(pod);
    case 'restricted':
      return [...againstBaseline(pod), ...againstRestricted(pod)];
  }
}

/** As an author writes a template for a restricted namespace: without root and capabilities. */
export function restrictedForm(template: unknown): unknown {
  const lists = ['containers', 'initContainers'] as const;
  const spec = text(template, 'spec');
  const named = lists.flatMap((list) => {
    const all = text(spec, list);
    if (!Array.isArray(all)) return [];
    const patched = all.map((container: unknown) => ({
      name: text(container, 'name'),
      securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        runAsNonRoot: null,
        ...(text(container, 'securityContext', 'runAsUser') === 0 ? { runAsUser: 1000 } : {}),
      },
    }));
    return [[list, patched]] as const;
  });
  return merge(template, {
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      ...Object.fromEntries(named),
    },
  });
}
