import { DEFAULT_CONFIG } from '../inject/index.ts';
import { assess } from './assess.ts';
import { conditionsOf } from './conditions.ts';
import type { Get } from './rights.ts';
import { askForSilence, silenceIn, type Silence } from './silent.ts';
import { readSnapshot, type Scope } from './snapshot.ts';
import type { Workload } from './table.ts';

export interface Posture {
  readonly workloads: readonly Workload[];
  readonly silence: Silence;
  /** What could not be looked at, and what was taken in its place: one sentence each. */
  readonly notes: readonly string[];
}

/** The LLM workloads of a cluster, or of one namespace. @throws MissingRights, and what `get` throws */
export async function posture(get: Get, scope: Scope): Promise<Posture> {
  const { pods: all, notes, ...known } = await readSnapshot(get, scope);
  const deps = { ...known, systemNamespaces: DEFAULT_CONFIG.systemNamespaces };
  const pods = all.flatMap(({ pod, phase }) => {
    const finding = assess(pod, phase, deps);
    return finding === null ? [] : [{ pod, finding }];
  });
  const conditions = await conditionsOf(pods, get);
  const workloads = pods.flatMap(({ finding }, index) => {
    const measured = conditions[index];
    return measured === undefined ? [] : [{ ...finding, conditions: measured }];
  });
  const silence = silenceIn(scope.only, await askForSilence(scope.systemNamespace, get));
  return { workloads, silence, notes };
}
