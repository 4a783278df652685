import type { Audit, SilentRecord } from './api-audit.ts';
import type { Condition, ConditionsCell, Fleet, WorkloadRow } from './api.ts';
import type { Conditions } from '../posture/conditions.ts';
import { mergedReport, type MergedReport } from '../posture/merged.ts';
import { measuredText, verdictText } from '../posture/condition-texts.ts';
import type { Silence } from '../posture/silent.ts';
import { mountedBy, type Effective } from '../policies/index.ts';
import type { ConsoleSource, SeenPod } from './source.ts';

/** A pod with what is known of its conditions; null: it is being asked for. */
export interface JudgedPod extends SeenPod {
  readonly conditions: Conditions | null;
}

/** What a row is made from, besides its pods. */
export interface FleetFacts {
  readonly silence: Silence;
  readonly modeOf: (pod: SeenPod) => WorkloadRow['mode'];
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)];
}

/** Sorted by namespace, kind and name. */
function workloadsOf<T extends SeenPod>(pods: readonly T[]): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const pod of pods) {
    const key = [pod.finding.namespace, pod.controller.kind, pod.controller.name].join('/');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [pod]);
    else group.push(pod);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function boundaryOf(pods: readonly SeenPod[]): WorkloadRow['boundary'] {
  const guarded = pods.filter(({ finding }) => finding.boundary).length;
  if (guarded === pods.length) return 'yes';
  if (guarded > 0) return 'partly';
  return pods.some(({ finding }) => finding.missing) ? 'missing' : 'no';
}

/** What the anchor says of a pod. */
export function anchorOf({ finding }: SeenPod, silence: Silence): WorkloadRow['anchor'] {
  if (!finding.boundary || silence.anchor === 'absent') return 'none';
  if (silence.anchor === 'unavailable') return 'unknown';
  const isSilent = silence.pods.some(
    ({ namespace, name }) => namespace === finding.namespace && name === finding.name,
  );
  return isSilent ? 'silent' : 'anchored';
}

const ANCHOR_ORDER: readonly WorkloadRow['anchor'][] = ['silent', 'unknown', 'anchored', 'none'];

/** One row, of all pods of a workload. `hasText`: with the sentence about its conditions. */
export function rowOf(
  pods: readonly JudgedPod[],
  { silence, modeOf }: FleetFacts,
  hasText: boolean,
): WorkloadRow {
  const findings = pods.map(({ finding }) => finding);
  const all = pods.filter(({ finding }) => finding.boundary);
  // During a change pods differ: the one that enforces least is shown.
  const guarded = all.find((pod) => modeOf(pod) === 'observe') ?? all[0] ?? null;
  const policy = guarded?.finding.policy ?? null;
  const states = pods.map((pod) => anchorOf(pod, silence));
  return {
    namespace: findings[0]?.namespace ?? '',
    kind: pods[0]?.controller.kind ?? '',
    name: pods[0]?.controller.name ?? '',
    pods: { all: pods.length, guarded: all.length },
    boundary: boundaryOf(pods),
    signs: unique(findings.flatMap(({ signs }) => signs)),
    capture: unique(findings.flatMap(({ capture }) => (capture === null ? [] : [capture]))),
    open: unique(findings.flatMap(({ open }) => open)),
    policy:
      guarded === null || policy === null
        ? null
        : { name: policy, asked: askedBy(guarded), problem: guarded.finding.policyProblem },
    mode: guarded === null ? null : modeOf(guarded),
    gaps: unique(findings.flatMap(({ gaps }) => gaps)),
    keepsBodies: findings.some(({ keepsBodies }) => keepsBodies),
    conditions: cellOf(
      pods.map(({ conditions }) => conditions),
      hasText,
    ),
    anchor: ANCHOR_ORDER.find((state) => states.includes(state)) ?? 'none',
    versions: unique(findings.flatMap(({ sidecar }) => (sidecar === null ? [] : [versionOf(sidecar)]))),
  };
}

/** The tag of an image, or the beginning of its digest. */
function versionOf(image: string): string {
  const [name = '', digest] = (image.split('/').at(-1) ?? '').split('@', 2);
  return digest?.slice(0, 19) ?? name.split(':', 2)[1] ?? 'latest';
}

const PENDING: ConditionsCell = {
  ...{ verdict: 'unknown', source: 'pending', text: 'its sidecar is being asked', states: null, reasons: [] },
};

/** Of several pods: needed if one needs it, sufficient if each says so. */
function cellOf(all: readonly (Conditions | null)[], hasText: boolean): ConditionsCell {
  const known = all.filter((each) => each !== null);
  const shown =
    known.find(({ verdict, source }) => verdict === 'needed' && source === 'sidecar') ??
    known.find(({ verdict }) => verdict === 'needed') ??
    known.find(({ verdict }) => verdict === 'unknown') ??
    known[0];
  if (shown === undefined || (shown.verdict === 'suffices' && known.length < all.length)) return PENDING;
  const { verdict, source } = shown;
  const report = mergedReport(all);
  const states = report?.conditions.map(({ state }) => state) ?? null;
  const text = hasText ? textOf(shown, report) : null;
  return { verdict, source, text, states, reasons: reasonsOf(verdict, known, report) };
}

/** Of one pod where it has no measure, and else of all that have one. */
function textOf(shown: Conditions, report: MergedReport | null): string {
  const isMeasured = shown.source === 'sidecar' && report !== null;
  return isMeasured ? measuredText(report, report.sidecars) : verdictText(shown);
}

/** Why: what broke a condition, or what keeps all of them from being known. */
function reasonsOf(
  verdict: ConditionsCell['verdict'],
  known: readonly Conditions[],
  report: MergedReport | null,
): readonly string[] {
  const silent = known.some(({ source }) => source === 'none') ? ['no_answer'] : [];
  const guesses = known.flatMap((each) => (each.source === 'manifest' ? each.guesses : []));
  if (report === null) return unique([...guesses, ...silent]);
  const of = (member: 'breaks' | 'blind'): readonly string[] =>
    unique(report.conditions.flatMap((each) => each[member].map(({ reason }) => reason)));
  if (verdict !== 'unknown') return of('breaks');
  const blind = [...of('blind'), ...silent];
  return blind.length > 0 ? blind : ['too_little'];
}

/** The conditions that sidecars measured, of all pods together; null: none did. */
export function mergedConditions(all: readonly (Conditions | null)[]): readonly Condition[] | null {
  const report = mergedReport(all);
  if (report === null) return null;
  return report.conditions.map(({ condition, state, breaks, blind }) => ({
    condition,
    state,
    breaks,
    blind,
  }));
}

/** The mode that the annotation of a pod asks for; null: none. */
function askedBy({ pod, phase }: SeenPod): WorkloadRow['mode'] {
  return mountedBy(pod, phase)?.mode ?? null;
}

/** The effective mode of a pod's policy; null: not known. Each policy is looked at once. */
export function modesIn(policies: ConsoleSource['policies']): FleetFacts['modeOf'] {
  const known = new Map<string, WorkloadRow['mode']>();
  return (seen) => {
    const { namespace, policy } = seen.finding;
    if (policy === null) return null;
    const asked = askedBy(seen);
    const key = `${namespace}/${policy}/${asked ?? ''}`;
    const mode = known.get(key);
    if (mode !== undefined) return mode;
    const found = modeOf(policies.effective(namespace, policy, asked));
    known.set(key, found);
    return found;
  };
}

function modeOf(effective: Effective): WorkloadRow['mode'] {
  if (effective.kind !== 'found') return null;
  return /^mode: observe$/m.test(effective.policy.data['policy.yaml'] ?? '') ? 'observe' : 'enforce';
}

/** Of the pods that the caller may see. */
export function fleetOf(pods: readonly JudgedPod[], facts: FleetFacts, nowMs: number): Fleet {
  const workloads = workloadsOf(pods).map((group) => rowOf(group, facts, false));
  const pending = workloads.filter(({ conditions }) => conditions.source === 'pending').length;
  return { v: 1, nowMs, pending, anchor: facts.silence.anchor, workloads };
}

/** Of the pods that the caller may see. */
export function auditOf(
  pods: readonly SeenPod[],
  silence: Silence,
  sees: ReadonlySet<string>,
  nowMs: number,
): Audit {
  const listed = silence.anchor === 'answered' ? silence.pods : [];
  const silent = listed
    .filter(({ namespace }) => sees.has(namespace))
    .map(({ namespace, name, reason, log, size, sinceMs }): SilentRecord => ({
      ...{ namespace, pod: name, reason, log, size, sinceMs },
    }));
  return {
    ...{ v: 1, nowMs, anchor: silence.anchor, silent },
    problem: silence.anchor === 'unavailable' ? silence.problem : null,
    anchored: pods.filter((pod) => anchorOf(pod, silence) === 'anchored').length,
    missing: pods
      .filter(({ finding }) => finding.missing)
      .map(({ finding }) => ({ namespace: finding.namespace, pod: finding.name })),
  };
}
