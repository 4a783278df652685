import type { PathPart } from '../kinds/problem.ts';
import type { AllowList } from '../kinds/allow-list.ts';
import type { PolicyDocument } from '../keys/schema.ts';
import { patternOf } from '../patterns/host-entry.ts';
import { whyGuarded, whyInspected } from '../patterns/tcp.ts';
import type { Fault } from './explain-issue.ts';

/** Servers and ports of `action.tcp` and `endpoints.tcp` that are also inspected, which is contradictory. */
export function opaqueFaults({ action, endpoints, outbound }: PolicyDocument): readonly Fault[] {
  const inspected = {
    hosts: (action?.hosts?.allOf ?? []).map((list) => list.map(patternOf)),
    mcp: (action?.mcp ?? []).map(({ server }) => server),
    providers: Object.values(outbound?.providers ?? {}).flatMap((provider) =>
      provider === 'none' ? [] : [provider.url],
    ),
  };
  return [
    ...faultsOf(['action', 'tcp'], action?.tcp, (server) => whyInspected(server, inspected)),
    ...faultsOf(['endpoints', 'tcp'], endpoints?.tcp, whyGuarded),
  ];
}

function faultsOf<T>(
  path: readonly PathPart[],
  written: AllowList<T> | undefined,
  why: (entry: T) => string | null,
): readonly Fault[] {
  const lists = written?.allOf ?? [];
  return lists.flatMap((list, outer) =>
    list.flatMap((entry, index): Fault[] => {
      const message = why(entry);
      // A plain list is at the key itself; only the meet writes `allOf`.
      const place = lists.length === 1 ? [...path, index] : [...path, 'allOf', outer, index];
      return message === null ? [] : [{ path: place, at: 'value', message }];
    }),
  );
}
