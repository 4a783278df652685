import { ConditionsWatch } from '@llm-boundary/sidecar/conditions';

const DAY = 24 * 60 * 60 * 1_000;

type Noted = Parameters<ReturnType<ConditionsWatch['exchange']>['note']>[0];

/** `/conditions` of a sidecar after some exchanges of one day. @param startMs of the sidecar, Unix time */
export function reportOf(
  exchanges: number,
  reasons: Noted = { reasons: [], blind: [] },
  seesOutbound = true,
  startMs = Date.UTC(2026, 10, 29),
): unknown {
  let nowMs = startMs;
  const watch = new ConditionsWatch({ clock: () => nowMs, seesOutbound, onBreak: () => undefined });
  for (let each = 0; each < exchanges; each += 1) watch.exchange().note(reasons, true);
  nowMs += DAY;
  return JSON.parse(JSON.stringify(watch.report()));
}
