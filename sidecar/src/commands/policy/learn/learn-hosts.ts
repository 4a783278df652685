import type { PolicyDocument } from '../../../policy/keys/schema.ts';
import { BUILTIN_PROVIDERS } from '../../../policy/patterns/provider.ts';
import { compileHostEntries } from '../../../policy/compile/compile-hosts.ts';
import type { CompiledHosts } from '../../../policy/compile/compiled-hosts.ts';
import type { AllowList } from '../../../policy/kinds/allow-list.ts';
import { path } from '../../../policy/kinds/scalars.ts';
import type { HostEntry } from '../../../policy/patterns/host-entry.ts';
import type { Observation } from '../observation.ts';

/**
 * `action.hosts` with the places of the traffic. A host that a list has for some paths gets the path in question and no more; one that it
 * does not have gets a plain entry.
 */
export function learnHosts(
  { action, outbound }: PolicyDocument,
  observations: readonly Observation[],
  added: string[],
): AllowList<HostEntry> | undefined {
  const hosts = action?.hosts;
  const places = placesOf(observations, basesOf(outbound));
  if (hosts === undefined && places.length === 0) return undefined;
  const lists = (hosts?.allOf ?? [[]]).map(growing);
  for (const place of places) {
    const { host, at } = place;
    const entries = lists.flatMap((list) => {
      const entry = missing(list, place);
      if (entry !== null) add(list, host, entry);
      return entry ?? [];
    });
    const [first] = entries;
    if (first !== undefined)
      added.push(`action.hosts: ${typeof first === 'string' ? first : `${host} ${at}`}`);
  }
  return { allOf: lists.map(({ entries }) => entries) };
}

/** Entries, those of the base compiled once and further ones by the name of their host: there may be tens of thousands. */
interface Growing {
  readonly entries: HostEntry[];
  readonly base: CompiledHosts;
  readonly further: Map<string, CompiledHosts[]>;
}

function growing(list: readonly HostEntry[]): Growing {
  return { entries: [...list], base: compileHostEntries([list]), further: new Map() };
}

function add({ entries, further }: Growing, host: string, entry: HostEntry): void {
  entries.push(entry);
  const name = withoutPort(host);
  const known = further.get(name) ?? [];
  known.push(compileHostEntries([[entry]]));
  further.set(name, known);
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

interface Place {
  readonly host: string;
  readonly at: string;
  readonly reach: Observation['reach'];
}

/** Base paths of providers by host: the record and dialects know a path without it, the server with it. */
function basesOf(outbound: PolicyDocument['outbound']): ReadonlyMap<string, string> {
  const own = Object.values(outbound?.providers ?? {}).flatMap((one) => (one === 'none' ? [] : [one.url]));
  return new Map(
    [...Object.values(BUILTIN_PROVIDERS), ...own].flatMap((text) => {
      const { host, pathname } = new URL(text);
      return pathname === '/' ? [] : [[host, pathname] as const];
    }),
  );
}

function placesOf(
  observations: readonly Observation[],
  bases: ReadonlyMap<string, string>,
): readonly Place[] {
  const places = observations.flatMap(({ kind, host, path: at, reach }): readonly Place[] => {
    if (kind === 'mcp' || host === null) return [];
    const base = bases.get(host) ?? '';
    return [{ host, at: reach === 'host' || at.startsWith(`${base}/`) ? at : base + at, reach }];
  });
  // Whole hosts come first: what they cover needs no path.
  const known = new Map(places.map((place) => [`${place.reach} ${place.host} ${place.at}`, place]));
  return [...known].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, place]) => place);
}

/** Null: the list has it, or no entry could be written for it. */
function missing({ base, further }: Growing, { host, at, reach }: Place): HostEntry | null {
  const refusals = [base, ...(further.get(withoutPort(host)) ?? [])].map((hosts) =>
    reach === 'host' && at === '' ? hosts.refuseTunnel(host) : hosts.refuseRequest(host, at),
  );
  if (refusals.includes(null)) return null;
  const isNew = refusals.every((refusal) => refusal?.rule === 'host.not-listed');
  if (reach === 'host' && (at === '' || isNew)) return host;
  return path.safeParse(at).success ? { host, paths: [at] } : null;
}
