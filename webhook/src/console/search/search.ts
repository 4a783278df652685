import type { FleetDecisions, FoundRow } from './api.ts';
import { rowsOf } from '../exchanges.ts';
import { askEach, type RecentOf } from '../recent-answer.ts';
import type { ConsoleSource, SeenPod } from '../source.ts';
import { isMeant, type DecisionFilter } from '../workload.ts';

/** Sidecars of one search, and when the last of them is asked: it then has three seconds to answer. */
const MAX_SEARCHED = 2_000;
const ASK_MS = 5_000;
/** Exchanges of one sidecar. */
const MAX_OF_POD = 200;
const MAX_PROBLEMS = 20;

/** Asks the sidecars of pods for what they decided between two times. Bounded in pods, time and rows; the answer says what was not reached. */
export async function searchFleet(
  pods: readonly SeenPod[],
  { limit, ...filter }: DecisionFilter,
  { source, now }: { readonly source: Pick<ConsoleSource, 'exchanges'>; readonly now: () => number },
): Promise<FleetDecisions> {
  const { fromMs, toMs } = filter;
  const guarded = pods.filter(({ finding }) => finding.boundary);
  const untilMs = now() + ASK_MS;
  let asked = 0;
  let answered = 0;
  let forgot = 0;
  let matching = 0;
  let rows: readonly FoundRow[] = [];
  const problems: { readonly namespace: string; readonly pod: string; readonly problem: string }[] = [];
  const take = ({ pod, recent, problem }: RecentOf): void => {
    const { namespace, name } = pod.finding;
    if (recent === null) {
      problems.push({ namespace, pod: name, problem: problem ?? 'no answer' });
      return;
    }
    answered += 1;
    // One that does not know of times says what it has, and whether that is all.
    if (recent.isCut && !recent.exchanges.some(({ startMs }) => startMs < fromMs)) forgot += 1;
    const found = rowsOf([{ pod, recent, problem }]).filter((row) => isMeant(filter, row));
    matching += found.length;
    rows = [...rows, ...found.map((row): FoundRow => ({ ...row, namespace, workload: pod.controller }))]
      .sort((a, b) => b.startMs - a.startMs)
      .slice(0, limit);
  };
  const query = `?limit=${MAX_OF_POD}&from=${Math.max(0, fromMs)}&to=${Math.min(Number.MAX_SAFE_INTEGER, toMs)}`;
  const queue = guarded.slice(0, MAX_SEARCHED).values();
  const next = (): SeenPod | null => {
    const pod = now() < untilMs ? queue.next().value : undefined;
    if (pod !== undefined) asked += 1;
    return pod ?? null;
  };
  await askEach(next, query, source, take);
  const reach = {
    sidecars: guarded.length,
    asked,
    answered,
    forgot,
    unguarded: pods.length - guarded.length,
  };
  return { v: 1, nowMs: now(), matching, exchanges: rows, reach, problems: problems.slice(0, MAX_PROBLEMS) };
}
