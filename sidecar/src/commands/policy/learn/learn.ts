import { compilePasses } from '../../../policy/patterns/endpoint.ts';
import { compileGlobs } from '../../../policy/patterns/glob.ts';
import { callLines, conditionsFor, conditionsText, type CallsOf } from './learn-calls.ts';
import { withoutControls } from './comment.ts';
import { isPlainName, leftOutLines } from './plain-name.ts';
import type { TrafficCalls } from './traffic-calls.ts';
import { learnHosts } from './learn-hosts.ts';
import { learnMcp } from './learn-mcp.ts';
import type { Observation } from '../observation.ts';
import type { Seen } from '../../../pipeline/replay/seen.ts';
import type { PolicyDocument } from '../../../policy/keys/schema.ts';
import type { AllowList } from '../../../policy/kinds/allow-list.ts';
import type { ToolSet } from '../../../policy/keys/tools.ts';

/** A policy that allows the recorded traffic, and what stays refused or observed under it. */
export interface Learned {
  readonly policy: PolicyDocument;
  /** What was added to the base, as `models.allow: NAME`. */
  readonly added: readonly string[];
  /** Rules that lists cannot answer, with how often they hit. */
  readonly hits: ReadonlyMap<string, number>;
  /** Names of models, tools, and what is used of MCP servers that no entry can have, or whose entry would allow others. */
  readonly leftOut: readonly string[];
}

/** Hits that end once a list names the recorded traffic. */
const LISTED: ReadonlySet<string> = new Set([
  'model.not-listed',
  'tool.not-listed',
  'host.not-listed',
  'host.path-not-listed',
  'mcp.tool-not-listed',
  'mcp.resource-not-listed',
  'mcp.prompt-not-listed',
]);

/**
 * Only lists grow: models, tools, hosts, routes and what is used of MCP servers. Detectors, limits, modes and the conditions of entries stay
 * as the base has them; new entries of tools have the conditions that `callsOf` gives reason for.
 */
export function learn(
  base: PolicyDocument,
  all: readonly Observation[],
  callsOf: CallsOf = () => undefined,
): Learned {
  const observations = all.map(withoutPatterns);
  const added: string[] = [];
  const grow = (
    path: string,
    list: AllowList<string> | undefined,
    start: readonly string[],
    seen: Iterable<string>,
    covers: (list: readonly string[]) => (name: string) => boolean,
  ): AllowList<string> | undefined => {
    const names = [...new Set(seen)].sort();
    // A list that is not there stays away: an empty one would close what no list has closed.
    if (list === undefined && names.every(covers(start))) return undefined;
    const lists = list?.allOf ?? [start];
    if (list === undefined && path === 'models.allow')
      added.push(`${path}: a new list, which closes it to all other models`);
    // Compiled once: there may be 100,000 names.
    const covered = lists.map(covers);
    for (const name of names)
      if (!covered.every((isCovered) => isCovered(name))) added.push(`${path}: ${name}`);
    return {
      allOf: lists.map((each, at) => [...each, ...names.filter((name) => covered[at]?.(name) !== true)]),
    };
  };
  const seen = observations.flatMap((each) => each.seen ?? []);
  const models = grow(
    'models.allow',
    base.models?.allow,
    [],
    seen.flatMap(({ model }) => model ?? []),
    compileGlobs,
  );
  const hosts = learnHosts(base, observations, added);
  const routes = observations
    .filter(({ kind, path }) => kind === 'opaque' && path.startsWith('/') && !path.includes('*'))
    .map(({ method, path }) => `${method} ${path}`);
  const pass = grow('endpoints.pass', base.endpoints?.pass, ['builtin'], routes, covers);
  const tools = growTools(
    base.action?.tools,
    base.action?.default ?? 'deny',
    new Set(seen.flatMap((each) => each.tools)),
    { added, callsOf },
  );
  const { mcp } = learnMcp(base.action?.mcp, observations, { added, callsOf });
  const lists = {
    ...(hosts === undefined ? {} : { hosts }),
    ...(tools === undefined ? {} : { tools }),
    ...(mcp === undefined ? {} : { mcp }),
  };
  const policy: PolicyDocument = {
    ...base,
    ...(models === undefined ? {} : { models: { mode: 'enforce', ...base.models, allow: models } }),
    ...(pass === undefined ? {} : { endpoints: { ...base.endpoints, pass } }),
    ...(Object.keys(lists).length === 0 ? {} : { action: { mode: 'enforce', ...base.action, ...lists } }),
  };
  const names = all.flatMap((each) => (each.seen === null ? [] : namesIn(each.seen)));
  const leftOut = names.filter((name) => !isPlainName(name));
  return { policy, added, hits: countHits(observations), leftOut };
}

function namesIn({ model, tools, mcp }: Seen): readonly string[] {
  return [
    ...(model === null ? [] : [model]),
    ...tools,
    ...[mcp?.tools, mcp?.resources, mcp?.prompts].flatMap((each) => each ?? []),
  ];
}

/** Without names that an entry cannot have, or which would allow more than was seen. */
function withoutPatterns(observation: Observation): Observation {
  const { host, seen } = observation;
  if (host?.includes('*') === true) return { ...observation, host: null, kind: 'model', seen: null };
  if (seen === null) return observation;
  const { mcp } = seen;
  return {
    ...observation,
    seen: {
      model: seen.model !== null && isPlainName(seen.model) ? seen.model : null,
      tools: seen.tools.filter(isPlainName),
      ...(mcp === undefined
        ? {}
        : {
            mcp: {
              ...mcp,
              tools: mcp.tools.filter(isPlainName),
              resources: mcp.resources.filter(isPlainName),
              prompts: mcp.prompts.filter(isPlainName),
            },
          }),
    },
  };
}

function covers(list: readonly string[]): (route: string) => boolean {
  const passes = compilePasses([list]);
  return (route) => {
    const space = route.indexOf(' ');
    return passes(route.slice(0, space), route.slice(space + 1));
  };
}

/** A tool that some entry names keeps its conditions: whether they should loosen is not for traffic to decide. */
function growTools(
  sets: readonly ToolSet[] | undefined,
  fallback: 'deny' | 'allow',
  seen: ReadonlySet<string>,
  { added, callsOf }: { readonly added: string[]; readonly callsOf: CallsOf },
): ToolSet[] | undefined {
  if (sets === undefined && (fallback === 'allow' || seen.size === 0)) return undefined;
  const grown = new Set<string>();
  const result = (sets ?? [{ default: fallback, tools: [] }]).map((set) => {
    const named = compileGlobs(set.tools.map(({ name }) => name));
    const missing = set.default === 'allow' ? [] : [...seen].filter((name) => !named(name)).sort();
    for (const name of missing) grown.add(name);
    const entries = missing.map((name) => ({
      ...{ name, mode: 'enforce' as const },
      ...conditionsFor(callsOf(null, name)),
    }));
    return { ...set, tools: [...set.tools, ...entries] };
  });
  for (const name of [...grown].sort())
    added.push(`action.tools: ${name}${conditionsText(conditionsFor(callsOf(null, name)))}`);
  return result;
}

function countHits(observations: readonly Observation[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { hits, count } of observations) {
    for (const { rule, code } of hits) {
      if (LISTED.has(rule)) continue;
      const key = `${rule} (${code})`;
      counts.set(key, (counts.get(key) ?? 0) + count);
    }
  }
  return new Map([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

/** For review, as comments: what was added, what stays refused, what was seen of tools, and what only a person can decide. */
export function printLearned(
  { added, hits, leftOut }: Learned,
  { calls, questions }: TrafficCalls,
): readonly string[] {
  return [
    added.length === 0
      ? '# The recorded traffic needs no additions.'
      : '# Added to allow the recorded traffic:',
    ...added.map((each) => `#   ${each}`),
    ...leftOutLines(leftOut),
    ...(hits.size === 0 ? [] : ['# Seen, and left as it is. Look at each before you loosen anything:']),
    ...[...hits].map(([rule, count]) => `#   ${rule}: ${count}`),
    ...(calls.length === 0 ? [] : ['# Of tools, listed before or not:']),
    ...callLines(calls).map((each) => `#   ${each}`),
    ...(questions.length === 0 ? [] : [QUESTIONS]),
    ...questions.map((each) => `#   ${each}`),
  ].map(withoutControls);
}

const QUESTIONS =
  '# For you to decide, and never added: if no third party can write into the results of the tool, `results: trusted` on it lets `sources` with `trusted` hold:';
