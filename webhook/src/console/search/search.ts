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

interface Search {
  readonly source: Pick<ConsoleSource, 'exchanges'>;
  readonly now: () => number;
  /** Whoever asked has gone: no further sidecar is asked. */
  readonly gone?: AbortSignal | undefined;
}

/** Asks the sidecars of pods for what they decided between two times. Bounded in pods, time and rows; the answer says what was not reached. */
export async function searchFleet(
  pods: readonly SeenPod[],
  { limit, ...filter }: DecisionFilter,
  { source, now, gone }: Search,
): Promise<FleetDecisions> {
  const { fromMs, toMs } = filter;
  const guarded = pods.filter(({ finding }) => finding.boundary);
  const untilMs = now() + ASK_MS;
  let asked = 0;
  let answered = 0;
  let forgot = 0;
  let younger = 0;
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
    else if ((recent.sinceMs ?? 0) > fromMs) younger += 1;
    const found = rowsOf([{ pod, recent, problem }], filter).filter((row) => isMeant(filter.show, row));
    matching += found.length;
    rows = [...rows, ...found.map((row): FoundRow => ({ ...row, namespace, workload: pod.controller }))]
      .sort((a, b) => b.startMs - a.startMs)
      .slice(0, limit);
  };
  const query = `?limit=${MAX_OF_POD}&from=${Math.max(0, fromMs)}&to=${Math.min(Number.MAX_SAFE_INTEGER, toMs)}`;
  const queue = inTurns(guarded);
  const next = (): SeenPod | null => {
    const isOver = asked >= MAX_SEARCHED || now() >= untilMs || gone?.aborted === true;
    const pod = isOver ? undefined : queue.next().value;
    if (pod !== undefined) asked += 1;
    return pod ?? null;
  };
  await askEach(next, query, source, take);
  const reach = {
    sidecars: guarded.length,
    asked,
    answered,
    forgot,
    younger,
    unguarded: pods.length - guarded.length,
  };
  return { v: 1, nowMs: now(), matching, exchanges: rows, reach, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** One pod of each namespace, then the next of each: what one namespace has in slow sidecars holds up no other. */
function* inTurns(pods: readonly SeenPod[]): Generator<SeenPod, undefined> {
  const namespaces = new Map<string, SeenPod[]>();
  for (const pod of pods) {
    const { namespace } = pod.finding;
    const those = namespaces.get(namespace);
    if (those === undefined) namespaces.set(namespace, [pod]);
    else those.push(pod);
  }
  for (let turn = 0; namespaces.size > 0; turn += 1)
    for (const [namespace, those] of namespaces) {
      const pod = those[turn];
      if (pod === undefined) namespaces.delete(namespace);
      else yield pod;
    }
  return undefined;
}
