import type { Hit } from '../../../exchange/verdict.ts';
import { foldName } from '../../../policy/compile/names/argument-names.ts';
import { tool as toolKeys, type ToolRule } from '../../../policy/keys/tools.ts';
import { canonicalJson } from '../../../policy/kinds/canonical-json.ts';
import { formatPath } from '../../../policy/kinds/problem.ts';
import { canonicalPolicy } from '../../../policy/layers/canonical.ts';
import type { Layers } from '../../../policy/layers/effective.ts';
import type { RuleAccount, ToolAccount } from '../../../pipeline/replay/replay.ts';
import { UsageError } from '../../flags/flags.ts';
import { hitsOf } from '../command-io.ts';
import { compileGiven, type GivenPolicy } from '../policy-arguments.ts';
import { replayLine, type Replayed } from '../replay.ts';
import type { Outcome, TrafficLine } from '../traffic.ts';

/** Why a tool is allowed or refused in an exchange. Has names and places, and no content. */
export interface ExplainedTool {
  readonly policy: { readonly name: string; readonly sha256: string };
  readonly tool: string;
  /** `FILE:LINE` */
  readonly exchange: string;
  /** Null: anonymous. */
  readonly caller: { readonly subject: string; readonly groups: readonly string[] | null } | null;
  /** Of the exchange as a whole. */
  readonly outcome: Outcome;
  readonly code: string | null;
  readonly hits: readonly Hit[];
  /** Each offer and call of the tool. */
  readonly judged: readonly ExplainedJudgement[];
}

export interface ExplainedJudgement extends Omit<ToolAccount, 'rules'> {
  /** A rule holds entirely, or the default is allow and none names the tool or one like it. */
  readonly allowed: boolean;
  readonly rules: readonly ExplainedRule[];
}

interface ExplainedRule {
  readonly failed: RuleAccount['failed'];
  readonly entries: readonly ExplainedEntry[];
}

export interface ExplainedEntry {
  /** Where it is written: `workload action.tools[2]`. Several layers may have the same entry. */
  readonly places: readonly string[];
  readonly name: string;
  readonly conditions: readonly {
    readonly rule: Hit['rule'];
    /** As it is written: a condition, or `to: [user, trusted]`. */
    readonly text: string;
    readonly holds: boolean;
    /** The schema with which the tool is offered lets any arguments pass. Absent: no. */
    readonly isOpen?: true;
  }[];
}

export interface Asked {
  readonly tool: string;
  readonly lines: readonly TrafficLine[];
  readonly file: string;
  /** In the file, from 1; null: the last one. */
  readonly line: number | null;
}

/** Judges the lines in order, as the sidecar would. @throws UsageError where the line has no such tool, PolicyInvalid */
export function explainTool(given: GivenPolicy, { tool, lines, file, line }: Asked): ExplainedTool {
  const at = line === null ? lines.length - 1 : lines.findIndex((each) => each.line === line);
  const traffic = lines[at];
  if (traffic === undefined)
    throw new UsageError(
      lines.length === 0
        ? `${file}: has no exchange; expected one JSON object per line, with dialect or path, request and response`
        : `${file}:${line}: has no exchange; expected --line with one of its ${lines.length} exchanges`,
    );
  const policy = compileGiven(given);
  for (const earlier of lines.slice(0, at)) replayLine(earlier, policy);
  const accounts: ToolAccount[] = [];
  const replayed = replayLine(traffic, policy, (account) => accounts.push(account));
  const judged = accounts.filter(({ name }) => name === tool);
  const place = `${file}:${traffic.line}`;
  if (judged.length === 0) throw new UsageError(`${place}: ${whyNone(tool, accounts, replayed)}`);
  const { identity } = traffic;
  return {
    policy: { name: given.name, sha256: canonicalPolicy(given.effective).sha256 },
    tool,
    exchange: place,
    caller: identity === null ? null : { subject: identity.subject, groups: identity.groups },
    outcome: replayed.outcome,
    code: replayed.code,
    hits: hitsOf(replayed.evaluation),
    judged: judged.map((each) => explained(each, given.loaded.layers)),
  };
}

/** Also where the exchange ends before any tool is judged. */
function whyNone(
  tool: string,
  accounts: readonly ToolAccount[],
  { outcome, code, evaluation, traffic }: Replayed,
): string {
  const names = [...new Set(accounts.map(({ name }) => name))].slice(0, 20);
  const isRefused = evaluation.request !== 'pass' && evaluation.request.kind === 'block';
  if (isRefused && traffic.response !== null)
    return `the request is refused (${code ?? 'no code'}) before a call of ${tool} is judged; give an exchange whose request passes, or see policy test`;
  if (outcome === 'pass')
    return `the route is passed uninspected, and no tool is judged; give an exchange with a model or an MCP server`;
  const others = names.length === 0 ? 'no tool at all' : names.join(', ');
  return `no offer or call of ${tool}; it has ${others}. Give a response with a call of it, or a request that offers it`;
}

function explained(account: ToolAccount, layers: Layers): ExplainedJudgement {
  const unordered = account.rules.map(({ failed, entries }) => ({
    failed,
    entries: entries.map(({ entry, conditions }) => ({
      places: placesOf(entry, layers),
      name: entry.name,
      conditions: conditions.map(({ argument, ...condition }) => ({
        ...condition,
        text: textOf(entry, condition.rule, argument),
      })),
    })),
  }));
  const rules = unordered.sort((a, b) => placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true }));
  const allowed =
    rules.length === 0
      ? account.default === 'allow' && !account.resembles
      : rules.some(({ failed }) => failed === null);
  return { ...account, allowed, rules };
}

/** Rules are listed in the order of the files. */
function placeOf({ entries }: ExplainedRule): string {
  return entries.flatMap(({ places }) => places).join();
}

/** Of several equal entries, all places. */
function placesOf(entry: ToolRule, layers: Layers): readonly string[] {
  const wanted = canonicalJson(toolKeys.canonical(entry));
  return (['floor', 'namespace', 'workload'] as const).flatMap((layer) =>
    entriesOf(layers[layer]?.action)
      .filter(({ rule }) => canonicalJson(toolKeys.canonical(rule)) === wanted)
      .map(({ path }) => `${layer} ${formatPath(path)}`),
  );
}

type Action = NonNullable<Layers['workload']>['action'];

function entriesOf(action: Action): readonly { rule: ToolRule; path: (string | number)[] }[] {
  const lists = [
    ...(action?.tools ?? []).map(({ tools }) => ({ tools, path: ['action', 'tools'] })),
    ...(action?.mcp ?? []).flatMap(({ tools }, server) =>
      tools.allOf.map((list) => ({ tools: list, path: ['action', 'mcp', server, 'tools'] })),
    ),
  ];
  return lists.flatMap(({ tools, path }) => tools.map((rule, at) => ({ rule, path: [...path, at] })));
}

function textOf(entry: ToolRule, rule: Hit['rule'], argument?: string): string {
  switch (rule) {
    case 'tool.models':
      return `models: ${(entry.models?.allOf ?? []).map((list) => `[${list.join(', ')}]`).join(' and ')}`;
    case 'tool.when':
      return `when: ${entry.when ?? ''}`;
    case 'tool.arguments':
      return `arguments: ${entry.arguments ?? ''}`;
    case 'tool.schema':
      return `schema: ${JSON.stringify(entry.schema)}`;
    case 'tool.repeats':
      return `repeats: ${entry.repeats ?? ''}`;
    case 'tool.changed':
      return entry.pins === undefined ? 'pin: true' : `pins: ${JSON.stringify(entry.pins)}`;
    case 'tool.acts-outside':
      return 'acts: outside';
    default: {
      const found = Object.entries(entry.sources ?? {}).filter(([name]) => foldName(name) === argument);
      return `sources: ${found.map(([name, from]) => `${name}: [${from.join(', ')}]`).join(', ')}`;
    }
  }
}
