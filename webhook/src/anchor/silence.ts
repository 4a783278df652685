import type { PodTable, GuardedPod } from './pod-table.ts';
import type { KnownLog, PodIdentity, Registry } from './registry.ts';

/** Kinds of silence of a pod. */
export const SILENCES = ['no_genesis', 'no_head', 'no_seal'] as const;
type Silence = (typeof SILENCES)[number];

export interface SilentPod extends PodIdentity {
  readonly reason: Silence;
  /** Null if it never had one. */
  readonly log: string | null;
  readonly size: number | null;
  /** Unix time in milliseconds. */
  readonly sinceMs: number;
}

/** Six missed heads, or as long without the first one. */
const SILENT_MS = 60_000;
/** Grace period for the last head after the end of the pod. */
const SEAL_MS = 15_000;
/** How long a pod with a sealed log is kept after its end; one without a seal remains listed for longer. */
const FORGET_WHOLE_MS = 10 * 60_000;
const FORGET_SILENT_MS = 60 * 60_000;

/** The silent pods. Time before `sinceMs`, when the anchor started, does not count. */
export function silentPods(
  pods: PodTable,
  registry: Registry,
  nowMs: number,
  sinceMs: number,
): readonly SilentPod[] {
  return [...pods.all()].flatMap((pod) => silenceOf(pod, registry, nowMs, sinceMs) ?? []);
}

function silenceOf(pod: GuardedPod, registry: Registry, nowMs: number, sinceMs: number): SilentPod | null {
  const { namespace, name, uid } = pod;
  const logs = registry.logsOf(uid);
  const open = logs.filter((log) => !log.sealed && !log.superseded);
  const say = (reason: Silence, log: KnownLog | null, since: number): SilentPod => ({
    namespace,
    name,
    uid,
    reason,
    log: log?.origin ?? null,
    size: log?.size ?? null,
    sinceMs: since,
  });
  if (pod.endedMs !== null) {
    const since = Math.max(pod.endedMs, sinceMs);
    if (nowMs - since < SEAL_MS) return null;
    const [log] = open;
    if (log !== undefined) return say('no_seal', log, since);
    return logs.length === 0 && pod.runningSinceMs !== null ? say('no_genesis', null, since) : null;
  }
  if (logs.length === 0) {
    const since = pod.runningSinceMs === null ? null : Math.max(pod.runningSinceMs, sinceMs);
    return since !== null && nowMs - since > SILENT_MS ? say('no_genesis', null, since) : null;
  }
  // A sidecar that still runs after its log was sealed must have begun another one, or it is silent.
  const latest = logs.reduce((last, log) => (log.lastHeadMs > last.lastHeadMs ? log : last));
  const since = Math.max(latest.lastHeadMs, sinceMs);
  return nowMs - since > SILENT_MS ? say('no_head', latest, since) : null;
}

/** Forgets pods that ended long enough ago. */
export function forgetEnded(pods: PodTable, registry: Registry, nowMs: number): void {
  for (const { uid, endedMs } of [...pods.all()]) {
    if (endedMs === null) continue;
    const isWhole = registry.logsOf(uid).every((log) => log.sealed || log.superseded);
    if (nowMs - endedMs < (isWhole ? FORGET_WHOLE_MS : FORGET_SILENT_MS)) continue;
    pods.forget(uid);
    registry.forget(uid);
  }
}
