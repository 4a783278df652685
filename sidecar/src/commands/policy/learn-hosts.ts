import { compileHostEntries } from '../../policy/compile/compile-hosts.ts';
import type { AllowList } from '../../policy/kinds/allow-list.ts';
import { path } from '../../policy/kinds/scalars.ts';
import type { HostEntry } from '../../policy/patterns/host-entry.ts';
import type { Replayed } from './replay.ts';

/**
 * `action.hosts` with the places of the traffic. A host that a list has for some paths gets the path in question and no more; one that it
 * does not have gets a plain entry.
 */
export function learnHosts(
  hosts: AllowList<HostEntry> | undefined,
  replayed: readonly Replayed[],
  added: string[],
): AllowList<HostEntry> {
  const lists = (hosts?.allOf ?? [[]]).map((list) => [...list]);
  for (const [host, at] of placesOf(replayed)) {
    const entries = lists.flatMap((list) => {
      const entry = missing(list, host, at);
      if (entry !== null) list.push(entry);
      return entry ?? [];
    });
    const [first] = entries;
    if (first !== undefined)
      added.push(`action.hosts: ${typeof first === 'string' ? first : `${host} ${at}`}`);
  }
  return { allOf: lists };
}

type Place = readonly [host: string, path: string];

function placesOf(replayed: readonly Replayed[]): readonly Place[] {
  const places = replayed.flatMap(({ traffic, evaluation }): readonly Place[] =>
    evaluation.dialect === 'mcp' || typeof traffic.host !== 'string'
      ? []
      : [[traffic.host, traffic.path.replace(/\?[^]*$/, '')]],
  );
  const known = new Map(places.map((place) => [place.join(' '), place]));
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

/** Null: the list has it, or no entry could be written for it. */
function missing(list: readonly HostEntry[], host: string, at: string): HostEntry | null {
  const refusal = compileHostEntries([list]).refuseRequest(host, at);
  if (refusal === null) return null;
  if (refusal.rule === 'host.not-listed') return host;
  return path.safeParse(at).success ? { host, paths: [at] } : null;
}
