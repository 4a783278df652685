import type { InjectConfig } from '../pod/config.ts';
import { checkHostPaths } from './host-paths.ts';
import { CONTAINERS, SIDECAR_UID } from '../pod/names.ts';
import type { Container, Pod } from '../pod/pod.ts';
import { refuse } from '../pod/refusals.ts';

/** Capabilities with which a container can undo or bypass redirect's rules, assume the sidecar's UID or reach files of the node. */
const STRONG = new Set([
  'ALL',
  'BPF',
  'DAC_READ_SEARCH',
  'NET_ADMIN',
  'NET_RAW',
  'SETFCAP',
  'SETPCAP',
  'SETUID',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
]);

/** The subset of these that container runtimes grant to root by default. */
const DROPPED = ['NET_RAW', 'SETFCAP', 'SETPCAP', 'SETUID'] as const;

const LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

function isOurs(name: string): boolean {
  return name === CONTAINERS.sidecar || name === CONTAINERS.netInit;
}

function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, '');
}

interface Placed {
  readonly container: Container;
  readonly field: string;
}

function foreign(pod: Pod): readonly Placed[] {
  return LISTS.flatMap((list) =>
    (pod.spec[list] ?? []).map((container, index) => ({
      container,
      field: `spec.${list}[${index}].securityContext`,
    })),
  ).filter(({ container }) => !isOurs(container.name));
}

function user(pod: Pod, container: Container): number | null {
  return container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser ?? null;
}

function group(pod: Pod, container: Container): number | null {
  return container.securityContext?.runAsGroup ?? pod.spec.securityContext?.runAsGroup ?? null;
}

/** The sidecar is identified by its user and its group; a container that differs in either cannot impersonate it. */
function mayBeSidecar(pod: Pod, container: Container): boolean {
  return (
    (user(pod, container) ?? SIDECAR_UID) === SIDECAR_UID &&
    (group(pod, container) ?? SIDECAR_UID) === SIDECAR_UID
  );
}

/** The API rejects duplicate names too, but only after admission, and injected parts are identified by name. */
function checkNames({ spec }: Pod): void {
  const seen = new Set<string>();
  for (const list of LISTS) {
    (spec[list] ?? []).forEach(({ name }, index) => {
      if (seen.has(name))
        refuse('pod_malformed', `spec.${list}[${index}].name`, `Two containers have the name ${name}.`);
      seen.add(name);
    });
  }
}

/**
 * No container may run as the sidecar's user; one whose user is known only to the image may not have its group either. @param field of the
 * container's security context @throws InjectionRefused
 */
export function checkUser(pod: Pod, container: Container, field: string): void {
  if (user(pod, container) === SIDECAR_UID) {
    refuse('uid_taken', `${field}.runAsUser`, `Container ${container.name}.`);
  }
  if (user(pod, container) === null && group(pod, container) === SIDECAR_UID) {
    refuse(
      'uid_taken',
      `${field}.runAsGroup`,
      `Container ${container.name} has the sidecar's group and no runAsUser.`,
    );
  }
}

const OS_LABEL = 'kubernetes.io/os';

/** Every node that the affinity admits runs Windows. */
function needsWindows({ spec }: Pod): boolean {
  const terms =
    spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const isWindows = (values: readonly string[]): boolean =>
    values.length > 0 && values.every((value) => value === 'windows');
  return (
    terms.length > 0 &&
    terms.every(({ matchExpressions }) =>
      (matchExpressions ?? []).some(
        ({ key, operator, values }) => key === OS_LABEL && operator === 'In' && isWindows(values ?? []),
      ),
    )
  );
}

/** Applies to every capture. @throws InjectionRefused */
export function checkPod(pod: Pod): void {
  const { spec } = pod;
  checkNames(pod);
  if (spec.hostNetwork === true) refuse('host_namespace', 'spec.hostNetwork');
  if (spec.hostPID === true) refuse('host_namespace', 'spec.hostPID');
  if (spec.shareProcessNamespace === true) refuse('shared_processes', 'spec.shareProcessNamespace');
  if (spec.os?.name === 'windows') refuse('windows', 'spec.os.name');
  if (spec.nodeSelector?.[OS_LABEL] === 'windows') refuse('windows', `spec.nodeSelector[${OS_LABEL}]`);
  if (needsWindows(pod)) refuse('windows', 'spec.affinity.nodeAffinity');
  checkHostPaths(pod);
  for (const { container, field } of foreign(pod)) checkUser(pod, container, field);
}

function checkStrength({ container, field }: Placed): void {
  const security = container.securityContext;
  const who = `Container ${container.name}`;
  if (security?.privileged === true) refuse('privileged', `${field}.privileged`, `${who}.`);
  if (security?.allowPrivilegeEscalation === true) {
    refuse('privilege_escalation', `${field}.allowPrivilegeEscalation`, `${who}.`);
  }
  const strong = (security?.capabilities?.add ?? []).filter((name) => STRONG.has(capability(name)));
  if (strong.length > 0) {
    refuse('capability_too_strong', `${field}.capabilities.add`, `${who} adds ${strong.join(', ')}.`);
  }
}

/** Capabilities that hardening drops: for a container that is or may be root, those that allow a change of user. */
function taken(pod: Pod, container: Container): readonly string[] {
  const dropped = new Set((container.securityContext?.capabilities?.drop ?? []).map(capability));
  const mayBeRoot = (user(pod, container) ?? 0) === 0;
  return mayBeRoot && !dropped.has('ALL') ? DROPPED.filter((name) => !dropped.has(name)) : [];
}

/**
 * No new privileges; if the user is or may be root, no way to another UID; and if the image chooses the user, a group that is not the
 * sidecar's.
 */
function harden(pod: Pod, container: Container): Container {
  const security = container.securityContext ?? {};
  const drop = security.capabilities?.drop ?? [];
  const missing = taken(pod, container);
  return {
    ...container,
    securityContext: {
      ...security,
      allowPrivilegeEscalation: false,
      ...(mayBeSidecar(pod, container) ? { runAsGroup: 0 } : {}),
      ...(missing.length === 0
        ? {}
        : { capabilities: { ...security.capabilities, drop: [...drop, ...missing] } }),
    },
  };
}

/** A container that joins a running pod under redirect, without the privileges that could break redirect. @throws InjectionRefused */
export function hardenContainer(pod: Pod, container: Container, field: string): Container {
  checkStrength({ container, field: `${field}.securityContext` });
  return harden(pod, container);
}

function names(containers: readonly Placed[]): string {
  return containers.map(({ container }) => container.name).join(', ');
}

/** For the admission response: effects of hardening on programs. */
function hardeningWarnings(pod: Pod, others: readonly Placed[]): readonly string[] {
  const grouped = others.filter(
    ({ container }) => user(pod, container) === null && mayBeSidecar(pod, container),
  );
  const bound = others.filter(({ container }) => taken(pod, container).includes('SETUID'));
  return [
    ...(grouped.length === 0
      ? []
      : [
          `the user of container ${names(grouped)} comes from its image: it gets group 0, so that it cannot impersonate the sidecar; set runAsUser to avoid this`,
        ]),
    ...(bound.length === 0
      ? []
      : [
          `container ${names(bound)} may run as root and loses SETUID, SETPCAP, SETFCAP and NET_RAW: programs that change their user fail (nginx, s6-overlay, gosu, sudo); set runAsUser to the final user`,
        ]),
  ];
}

export interface Hardened {
  readonly pod: Pod;
  readonly warnings: readonly string[];
}

/** Refuses containers that could break redirect, and drops such privileges from the others. @throws InjectionRefused */
export function hardenForRedirect(pod: Pod, config: InjectConfig): Hardened {
  const others = foreign(pod);
  others.forEach(checkStrength);
  const unknown = others.filter(({ container }) => user(pod, container) === null);
  const [first] = unknown;
  if (first !== undefined && config.unknownUser === 'refuse') {
    refuse('uid_unknown', `${first.field}.runAsUser`, `Container ${first.container.name}.`);
  }
  const each = (container: Container): Container =>
    isOurs(container.name) ? container : harden(pod, container);
  const { initContainers, containers } = pod.spec;
  return {
    pod: {
      ...pod,
      spec: {
        ...pod.spec,
        containers: containers.map(each),
        ...(initContainers ? { initContainers: initContainers.map(each) } : {}),
      },
    },
    warnings: hardeningWarnings(pod, others),
  };
}
