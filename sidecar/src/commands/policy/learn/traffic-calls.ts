import type { ToolAccount } from '../../../pipeline/replay/replay.ts';
import type { ToolRule } from '../../../policy/keys/tools.ts';
import { compileGiven, type GivenPolicy } from '../policy-arguments.ts';
import { replayLine } from '../replay.ts';
import type { TrafficLine } from '../traffic.ts';
import type { ToolCalls } from './learn-calls.ts';

/** What recorded traffic says of tools of models. */
export interface TrafficCalls {
  readonly calls: readonly ToolCalls[];
  /** What only a person can decide: whether results of a tool are to be trusted. */
  readonly questions: readonly string[];
}

type Sources = NonNullable<ToolRule['sources']>[string];

/** From the narrowest to the widest; the first that every value stands in is proposed. */
const SOURCES: readonly (readonly Sources[number][])[] = [
  ['user'],
  ['trusted'],
  ['system'],
  ['user', 'trusted'],
  ['user', 'system'],
  ['user', 'system', 'trusted'],
];

/** A name that needs no escaping in a condition. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const MAX_NAMES = 48;

/** Judges the traffic in mode observe, so that calls are seen that the policy refuses today. */
export function callsOfTraffic(lines: readonly TrafficLine[], given: GivenPolicy): TrafficCalls {
  const policy = compileGiven({ ...given, effective: { ...given.effective, mode: 'observe' } });
  const byTool = new Map<string, ToolAccount[]>();
  const hear = (account: ToolAccount): void => {
    if (account.section !== 'action.tools') return;
    byTool.set(account.name, [...(byTool.get(account.name) ?? []), account]);
  };
  for (const line of lines) replayLine(line, policy, hear);
  const tools = [...byTool].map(([tool, accounts]) => ({ tool, accounts }));
  return {
    calls: tools.map(({ tool, accounts }) => callsOf(tool, accounts)),
    questions: tools.flatMap(({ tool, accounts }) => questionsOn(tool, accounts)),
  };
}

function callsOf(tool: string, accounts: readonly ToolAccount[]): ToolCalls {
  const called = accounts.filter(({ kind }) => kind.startsWith('called'));
  const names = new Map<string, number>();
  for (const name of called.flatMap((each) => each.arguments)) names.set(name, (names.get(name) ?? 0) + 1);
  const isReadable = called.every(({ kind }) => kind === 'called');
  return {
    ...{ server: null, tool, hasAllRequests: true },
    // A call is judged in what its request has; the offer alone says less.
    requests: accounts.length,
    tainted: accounts.filter(({ tainted }) => tainted.holds).length,
    calls: called.length,
    names,
    hasAllNames: isReadable && names.size <= MAX_NAMES && [...names.keys()].every((name) => PLAIN.test(name)),
    definitions: [...new Set(accounts.flatMap(({ definition }) => definition ?? []))],
    sources: isReadable ? sourcesOf(called) : {},
  };
}

/** Of arguments whose every value stood in a source. */
function sourcesOf(called: readonly ToolAccount[]): NonNullable<ToolRule['sources']> {
  const values = called.flatMap((each) => each.values);
  const found = [...new Set(values.map(({ argument }) => argument))].sort().flatMap((name) => {
    const own = values.filter(({ argument }) => argument === name);
    const from = SOURCES.find((list) =>
      own.every(({ sources }) => list.some((source) => sources.includes(source))),
    );
    return from === undefined || !PLAIN.test(name) ? [] : [[name, [...from]] as [string, Sources]];
  });
  return Object.fromEntries(found);
}

/** Values that stood in no source, but in results of tools that the policy does not trust. */
function questionsOn(tool: string, accounts: readonly ToolAccount[]): readonly string[] {
  const values = accounts.flatMap((each) => each.values).filter(({ sources }) => sources.length === 0);
  const pairs = values.flatMap(({ argument, places }) =>
    places.flatMap(({ tools }) =>
      tools.map((from) => `${argument} of ${tool} has values from results of ${from}`),
    ),
  );
  return [...new Set(pairs)].sort();
}
