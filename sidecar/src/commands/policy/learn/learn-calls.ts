import type { DecisionLine } from '../../../audit/record/schema.ts';
import type { ToolRule } from '../../../policy/keys/tools.ts';

/** What the decisions of a record say of one tool. */
export interface ToolCalls {
  /** The MCP server, `host[:port]`; null: a tool of a model. */
  readonly server: string | null;
  readonly tool: string;
  /** Requests that offer it to a model, and those of them with untrusted text. */
  readonly requests: number;
  readonly tainted: number;
  readonly calls: number;
  /** Calls by the name of an argument that they had. */
  readonly names: ReadonlyMap<string, number>;
  /** False: names of arguments are missing, since they were cut or are no plain names. */
  readonly hasAllNames: boolean;
  /** False: a request with untrusted text, in which tools were cut, may have had it. */
  readonly hasAllRequests: boolean;
  /** `sha256-HEX` of each definition with which requests offer it, once. Absent: the place that it comes from has none. */
  readonly definitions?: readonly string[];
  /** Where the values of arguments stood in every call. Absent: the place that it comes from has no values. */
  readonly sources?: ToolRule['sources'];
}

/** Undefined: the record has nothing of this tool. */
export type CallsOf = (server: string | null, tool: string) => ToolCalls | undefined;

interface Counted extends Omit<ToolCalls, 'hasAllRequests'> {
  requests: number;
  tainted: number;
  calls: number;
  readonly names: Map<string, number>;
  hasAllNames: boolean;
}

/** A condition with more names could not be reviewed, and would come near the length that one may have. */
const MAX_NAMES = 48;
/** Tools that are told apart; names are outsiders' to choose. */
const MAX_TOOLS = 100_000;

/** A name as the record has it, which needs no escaping in a condition. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** Counts the calls of tools, decision by decision. */
export class CallTally {
  readonly #tools = new Map<string, Counted>();
  #hasAllRequests = true;

  /** `tools`: those of the decision that a policy can name. */
  add({ calls = [], cut, tainted }: DecisionLine, server: string | null, tools: readonly string[]): void {
    const isCut = (cut?.arguments ?? 0) > 0;
    for (const tool of new Set(tools)) {
      const counted = this.#counted(server, tool);
      if (tainted !== undefined) counted.requests += 1;
      if (tainted === true) counted.tainted += 1;
      if ((cut?.calls ?? 0) > 0) counted.hasAllNames = false;
    }
    if (tainted === true && (cut?.tools ?? 0) > 0) this.#hasAllRequests = false;
    for (const { tool, arguments: named } of calls)
      if (tools.includes(tool)) addCall(this.#counted(server, tool), named, isCut);
  }

  get all(): readonly ToolCalls[] {
    return [...this.#tools.values()].map((each) => ({ ...each, hasAllRequests: this.#hasAllRequests }));
  }

  #counted(server: string | null, tool: string): Counted {
    const key = JSON.stringify([server, tool]);
    const counted: Counted = this.#tools.get(key) ?? {
      ...{ server, tool, requests: 0, tainted: 0, calls: 0, hasAllNames: true },
      names: new Map<string, number>(),
    };
    if (this.#tools.size < MAX_TOOLS) this.#tools.set(key, counted);
    return counted;
  }
}

function addCall(counted: Counted, named: readonly { readonly name: string }[], isCut: boolean): void {
  counted.calls += 1;
  const outer = named.map(({ name }) => name).filter((name) => !/[.[]/.test(name));
  // Arguments come before the values in them: where such a value is named, all arguments are.
  if (isCut && outer.length === named.length && outer.length > 0) counted.hasAllNames = false;
  for (const name of new Set(outer)) {
    const count = counted.names.get(name) ?? 0;
    if (PLAIN.test(name) && (count > 0 || counted.names.size < MAX_NAMES)) counted.names.set(name, count + 1);
    else counted.hasAllNames = false;
  }
}

export function callsIn(all: readonly ToolCalls[]): CallsOf {
  const known = new Map(all.map((each) => [JSON.stringify([each.server, each.tool]), each]));
  return (server, tool) => known.get(JSON.stringify([server, tool]));
}

export type Conditions = Pick<ToolRule, 'when' | 'arguments' | 'sources'>;

/**
 * Conditions under which a new entry allows what was seen of the tool and no more: names of arguments, and no untrusted text where it was
 * never offered beside one. Values are not in the record; of traffic, `sources` says where they stood.
 */
export function conditionsFor(seen: ToolCalls | undefined): Conditions {
  if (seen === undefined) return {};
  const { requests, tainted, calls, names, hasAllNames, hasAllRequests, sources = {} } = seen;
  return {
    ...(requests > 0 && tainted === 0 && hasAllRequests ? { when: '!exchange.tainted' } : {}),
    ...(calls > 0 && hasAllNames ? { arguments: namesOnly([...names.keys()].sort()) } : {}),
    ...(Object.keys(sources).length === 0 ? {} : { sources }),
  };
}

function namesOnly(names: readonly string[]): string {
  if (names.length === 0) return 'size(args) == 0';
  return `args.all(name, name in [${names.map((name) => `'${name}'`).join(', ')}])`;
}

/** After the name of a tool in a list of additions; empty without conditions. */
export function conditionsText({ when, arguments: args, sources = {} }: Conditions): string {
  const parts = [
    ...(when === undefined ? [] : [`when: ${when}`]),
    ...(args === undefined ? [] : [`arguments: ${args}`]),
    ...Object.entries(sources).map(([name, from]) => `sources: ${name} [${from.join(', ')}]`),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** One line a tool, for review. */
export function callLines(all: readonly ToolCalls[]): readonly string[] {
  return all.map((seen) => {
    const { server, tool, requests, tainted, calls, names, hasAllNames } = seen;
    const named = [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, count]) => `${name} ${count}`);
    return [
      `${server === null ? '' : `${server} `}${tool}: calls ${calls}`,
      ...(named.length === 0 ? [] : [`arguments ${named.join(', ')}`]),
      ...(hasAllNames
        ? []
        : [
            seen.sources === undefined
              ? 'further arguments are not named in the record'
              : 'further arguments cannot be named',
          ]),
      ...Object.entries(seen.sources ?? {}).map(
        ([name, from]) => `values of ${name} stand in ${from.join(', ')}`,
      ),
      ...(seen.definitions ?? []).map((definition) => `offered as ${definition}`),
      ...(requests === 0 ? [] : [`requests ${requests}, with untrusted text ${tainted}`]),
    ].join('; ');
  });
}
