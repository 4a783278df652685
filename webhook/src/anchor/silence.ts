import type { PodTable, GuardedPod } from './pod-table.ts';
import type { KnownLog, PodIdentity, Registry } from './registry.ts';

/** Why nothing is latest of a pod. */
export const SILENCES = ['no_genesis', 'no_head', 'no_seal'] as const;
type Silence = (typeof SILENCES)[number];

export interface SilentPod extends PodIdentity {
  readonly reason: Silence;
  /** Null where it never had one. */
  readonly log: string | null;
  readonly size: number | null;
  /** Unix time in milliseconds. */
  readonly sinceMs: number;
}

/** Six heads late, or a sidecar that took so long to say the first word. */
const SILENT_MS = 60_000;
/** The last head is on its way while the kubelet takes the pod away. */
const SEAL_MS = 15_000;
/** A pod that ended whole is of no more interest; one that did not is listed for as long. */
const FORGET_WHOLE_MS = 10 * 60_000;
const FORGET_SILENT_MS = 60 * 60_000;

/** The pods of which nothing is latest now. Nothing counts before `sinceMs`, when the anchor began to listen. */
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
  // A sidecar that sealed its log and goes on to run has begun another one, or says nothing.
  const latest = logs.reduce((last, log) => (log.lastHeadMs > last.lastHeadMs ? log : last));
  const since = Math.max(latest.lastHeadMs, sinceMs);
  return nowMs - since > SILENT_MS ? say('no_head', latest, since) : null;
}

/** Lets go of pods that ended long enough ago. */
export function forgetEnded(pods: PodTable, registry: Registry, nowMs: number): void {
  for (const { uid, endedMs } of [...pods.all()]) {
    if (endedMs === null) continue;
    const isWhole = registry.logsOf(uid).every((log) => log.sealed || log.superseded);
    if (nowMs - endedMs < (isWhole ? FORGET_WHOLE_MS : FORGET_SILENT_MS)) continue;
    pods.forget(uid);
    registry.forget(uid);
  }
}
