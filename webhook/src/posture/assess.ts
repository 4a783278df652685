import {
  ANNOTATIONS,
  CONTAINERS,
  LABELS,
  parseStatus,
  type Capture,
  type Namespace,
  type Pod,
} from '../inject/index.ts';
import { mountedBy, type Effective } from '../policies/index.ts';
import { llmSigns, type Sign } from './llm-signs.ts';

/** The four controls of a boundary. */
const CONTROLS = ['ingress', 'egress', 'action', 'audit'] as const;
type Control = (typeof CONTROLS)[number];

/** One pod that is, or looks like, an LLM workload. */
export interface Finding {
  readonly namespace: string;
  readonly name: string;
  readonly boundary: boolean;
  /** Labels ask for a boundary and there is none: the pod is older than the label, or the webhook was bypassed. */
  readonly missing: boolean;
  readonly signs: readonly Sign[];
  readonly capture: Capture | null;
  /** What the capture leaves to NetworkPolicies: `outbound`, and ports that are reachable past the sidecar. */
  readonly open: readonly string[];
  readonly policy: string | null;
  /** Why the policy's source cannot be used; the pod keeps the last published version. Null: no problem. */
  readonly policyProblem: 'missing' | 'invalid' | null;
  /** Image of the sidecar, as the pod names it. */
  readonly sidecar: string | null;
  /** Controls that are missing, or that the policy leaves open. */
  readonly gaps: readonly Control[];
  /** The policy keeps bodies, sealed (`audit.content: sealed`). */
  readonly keepsBodies: boolean;
}

/** Of an effective policy, as much as is looked at: its files. */
type Known =
  | { readonly kind: 'found'; readonly policy: { readonly data: Readonly<Record<string, string>> } }
  | Exclude<Effective, { readonly kind: 'found' }>;

export interface PostureDeps {
  readonly namespace: (name: string) => Namespace | null;
  readonly effective: (namespace: string, name: string, mode: 'observe' | 'enforce' | null) => Known;
  readonly systemNamespaces: readonly string[];
}

/** A section of the canonical text of a policy: an unindented block. */
function sectionOf(text: string, name: string): string {
  return new RegExp(`^${name}:\\n((?:[ -].*\\n)*)`, 'm').exec(text)?.[1] ?? '';
}

/** Finds the controls that the canonical text of a policy leaves open. */
function weakSections(text: string): readonly Control[] {
  const observed = /^mode: observe$/m.test(text);
  const section = (name: string): string => sectionOf(text, name);
  const open = (name: Control): boolean => observed || /^ {2}mode: observe$/m.test(section(name));
  return CONTROLS.filter((name) => {
    switch (name) {
      case 'ingress':
      case 'egress':
        return open(name);
      case 'action':
        return open(name) || /^ {2}default: allow$/m.test(section(name));
      case 'audit':
        return /^ {2}required: false$/m.test(section(name));
    }
  });
}

function ended(phase: string | null): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

function isLabelled(pod: Pod, namespace: Namespace | null): boolean {
  return (
    pod.metadata?.labels?.[LABELS.inject] === 'true' || namespace?.metadata.labels?.[LABELS.inject] === 'true'
  );
}

function policyProblem({ kind }: Known): Finding['policyProblem'] {
  switch (kind) {
    case 'found':
      return null;
    case 'unknown':
      return 'missing';
    case 'invalid':
      return 'invalid';
  }
}

function shown(pod: Pod): Pick<Finding, 'capture' | 'open'> {
  const status = parseStatus(pod.metadata?.annotations?.[ANNOTATIONS.status]);
  return { capture: status?.capture ?? null, open: status?.open ?? [] };
}

/** The gaps of a pod with a sidecar; its status annotation is shown, never trusted. */
function guarded(
  pod: Pod,
  phase: string | null,
  deps: PostureDeps,
): Pick<Finding, 'capture' | 'open' | 'policy' | 'policyProblem' | 'sidecar' | 'gaps' | 'keepsBodies'> {
  const mounted = mountedBy(pod, phase);
  const effective = mounted === null ? null : deps.effective(mounted.namespace, mounted.name, mounted.mode);
  const text = effective?.kind === 'found' ? (effective.policy.data['policy.yaml'] ?? '') : '';
  return {
    ...shown(pod),
    policy: mounted?.name ?? null,
    policyProblem: effective === null ? null : policyProblem(effective),
    sidecar: (pod.spec.initContainers ?? []).find(({ name }) => name === CONTAINERS.sidecar)?.image ?? null,
    gaps: weakSections(text),
    keepsBodies: /^ {2}content: sealed$/m.test(sectionOf(text, 'audit')),
  };
}

const UNGUARDED = {
  capture: null,
  open: [],
  policy: null,
  policyProblem: null,
  sidecar: null,
  gaps: CONTROLS,
  keepsBodies: false,
} as const;

/** Null: the pod has ended, is part of the system, or is no LLM workload. */
export function assess(pod: Pod, phase: string | null, deps: PostureDeps): Finding | null {
  const namespace = pod.metadata?.namespace ?? '';
  if (ended(phase) || deps.systemNamespaces.includes(namespace)) return null;
  const boundary = (pod.spec.initContainers ?? []).some(({ name }) => name === CONTAINERS.sidecar);
  const labelled = isLabelled(pod, deps.namespace(namespace));
  const signs = llmSigns(pod);
  if (!boundary && !labelled && signs.length === 0) return null;
  return {
    namespace,
    name: pod.metadata?.name ?? '',
    boundary,
    missing: labelled && !boundary,
    signs,
    ...(boundary ? guarded(pod, phase, deps) : UNGUARDED),
  };
}
