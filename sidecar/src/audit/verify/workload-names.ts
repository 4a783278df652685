import type { Line } from '../record/schema.ts';

/** By origin of a log: other names of its workload. */
export type WorkloadNames = ReadonlyMap<string, readonly string[]>;

/**
 * What the anchor's `opened` lines say of the workloads, else `genesis`: `KIND/NAME` and `NAME` of the controller, and each label as `KEY=VALUE`.
 * Empty, without reading, if `workload` is null: the filter names none.
 */
export async function workloadNames(
  { workload }: { readonly workload: string | null },
  lines: () => AsyncIterable<Line>,
): Promise<WorkloadNames> {
  const names = new Map<string, readonly string[]>();
  if (workload === null) return names;
  for await (const line of lines())
    if (line.kind === 'opened') names.set(line.log, namesOf(line));
    else if (line.kind === 'genesis' && line.workload !== undefined && !names.has(line.origin))
      names.set(line.origin, namesOf(line.workload));
  return names;
}

function namesOf({
  owner = null,
  labels = [],
}: Pick<Extract<Line, { kind: 'opened' }>, 'owner' | 'labels'>): readonly string[] {
  return [
    ...(owner === null ? [] : [owner.name, `${owner.kind}/${owner.name}`]),
    ...labels.map(({ name, value }) => `${name}=${value}`),
  ];
}
