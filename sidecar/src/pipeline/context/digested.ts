import { callerFacts, callFacts } from '../../audit/record/digests.ts';
import { MAX_CALLS } from '../../audit/record/line.ts';
import type { Decision, Identity, ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary } from './boundary.ts';

/** The parts of an exchange that decide what its lines have digests of. */
interface Recorded {
  readonly policy: Pick<CompiledPolicy, 'audit'> | null;
  readonly boundary: Pick<Boundary, 'digests'>;
  readonly identity: Identity | null;
}

/** Who calls, as far as policy wants that on the record. */
export function callerOf({ policy, boundary, identity }: Recorded): Pick<Decision, 'caller'> {
  const wanted = policy?.audit.callers ?? 'none';
  if (wanted === 'none') return {};
  return { caller: identity === null ? null : callerFacts(identity, boundary.digests, wanted === 'subject') };
}

/** Digests are keyed hashes of content, as commitments are, and fall under the same setting. */
export function callsOf(
  { policy, boundary }: Recorded,
  calls: readonly ToolCall[] = [],
): Pick<Decision, 'calls'> {
  if (calls.length === 0) return {};
  const digests = policy?.audit.content === 'commit' ? boundary.digests : null;
  return {
    calls: calls.map((call, index) =>
      // The line counts those that it has no room for, and shows nothing of them.
      index < MAX_CALLS ? callFacts(call, digests) : { tool: call.name, arguments: [], omitted: 0 },
    ),
  };
}
