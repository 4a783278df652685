import type { InjectConfig } from '../pod/config.ts';
import { checkHostPaths } from './host-paths.ts';
import { keptPrivileges } from './kept-privileges.ts';
import { CONTAINERS, SIDECAR_UID } from '../pod/names.ts';
import type { Container, Pod } from '../pod/pod.ts';
import { refuse } from '../pod/refusals.ts';
import { userChange } from './user-change.ts';

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

/** @param kept whether the container keeps SETUID and privilege gain @throws InjectionRefused */
function checkStrength({ container, field }: Placed, kept: boolean): void {
  const security = container.securityContext;
  const who = `Container ${container.name}`;
  if (security?.privileged === true) refuse('privileged', `${field}.privileged`, `${who}.`);
  if (security?.allowPrivilegeEscalation === true && !kept) {
    refuse('privilege_escalation', `${field}.allowPrivilegeEscalation`, `${who}.`);
  }
  const strong = (security?.capabilities?.add ?? []).filter(
    (name) => STRONG.has(capability(name)) && !(kept && capability(name) === 'SETUID'),
  );
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
 * sidecar's. @param kept whether the container keeps SETUID and privilege gain
 */
function harden(pod: Pod, container: Container, kept: boolean): Container {
  const security = container.securityContext ?? {};
  const drop = security.capabilities?.drop ?? [];
  const missing = taken(pod, container).filter((name) => !(kept && name === 'SETUID'));
  return {
    ...container,
    securityContext: {
      ...security,
      ...(kept ? {} : { allowPrivilegeEscalation: false }),
      ...(mayBeSidecar(pod, container) ? { runAsGroup: 0 } : {}),
      ...(missing.length === 0
        ? {}
        : { capabilities: { ...security.capabilities, drop: [...drop, ...missing] } }),
    },
  };
}

/** A container that joins a running pod under redirect, without the privileges that could break redirect. @throws InjectionRefused */
export function hardenContainer(pod: Pod, container: Container, field: string): Container {
  checkStrength({ container, field: `${field}.securityContext` }, false);
  return harden(pod, container, false);
}

/** Who is affected by a part of hardening, and the sentence about them; null: no container. */
function warning(who: readonly string[], text: string): readonly string[] {
  return who.length === 0 ? [] : [`container ${who.join(', ')} ${text}`];
}

/** For the admission response: effects of hardening on programs that need what it takes, or may need it. */
function hardeningWarnings(
  pod: Pod,
  others: readonly Placed[],
  kept: ReadonlySet<string>,
): readonly string[] {
  const changing: string[] = [];
  const unknown: string[] = [];
  const root: string[] = [];
  const grouped: string[] = [];
  for (const { container } of others) {
    const { name } = container;
    if (kept.has(name)) continue;
    const change = userChange(container);
    const bound = taken(pod, container).includes('SETUID');
    const noGroup = user(pod, container) === null && mayBeSidecar(pod, container);
    if (change.kind === 'changes' && (bound || !change.fromRoot))
      changing.push(`${name} (${change.program})`);
    else if (change.kind === 'stays') continue;
    else if (bound && change.kind === 'unknown') (noGroup ? unknown : root).push(name);
    else if (noGroup) grouped.push(name);
  }
  return [
    ...warning(
      changing,
      'changes its user or gains privileges, which fails under redirect (no SETUID, allowPrivilegeEscalation: false): set runAsUser to the final user, or use llm-boundary.io/keep-privileges',
    ),
    ...warning(
      unknown,
      'has no runAsUser: it gets group 0 and no SETUID, so that an image which changes its user at start fails; set runAsUser',
    ),
    ...warning(
      root,
      'runs as root without SETUID, so that an image which changes its user at start fails; set runAsUser to the final user',
    ),
    ...warning(grouped, 'has no runAsUser: it gets group 0'),
    ...warning(
      [...kept],
      'keeps SETUID and privilege gain: it can become the user of the sidecar and dial out past it',
    ),
  ];
}

export interface Hardened {
  readonly pod: Pod;
  readonly warnings: readonly string[];
  /** Containers that keep privileges. */
  readonly kept: ReadonlySet<string>;
}

/**
 * Refuses containers that could break redirect, and drops such privileges from the others. @param policy name of the pod's policy @throws
 * InjectionRefused
 */
export function hardenForRedirect(pod: Pod, policy: string, config: InjectConfig): Hardened {
  const others = foreign(pod);
  const kept = keptPrivileges(pod, policy, config);
  others.forEach((each) => {
    checkStrength(each, kept.has(each.container.name));
  });
  const unknown = others.filter(({ container }) => user(pod, container) === null);
  const [first] = unknown;
  if (first !== undefined && config.unknownUser === 'refuse') {
    refuse('uid_unknown', `${first.field}.runAsUser`, `Container ${first.container.name}.`);
  }
  const each = (container: Container): Container =>
    isOurs(container.name) ? container : harden(pod, container, kept.has(container.name));
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
    warnings: hardeningWarnings(pod, others, kept),
    kept,
  };
}
