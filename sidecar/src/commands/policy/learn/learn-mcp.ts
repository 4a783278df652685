import type { SeenMcp } from '../../../pipeline/replay/seen.ts';
import { compileGlobs } from '../../../policy/patterns/glob.ts';
import { compileHosts } from '../../../policy/patterns/host-pattern.ts';
import { conditionsFor, conditionsText, type CallsOf, type Conditions } from './learn-calls.ts';
import type { Observation } from '../observation.ts';
import type { McpRule } from '../../../policy/keys/mcp-server.ts';

/** Servers that were used, with what was used of them. What a server may ask of the workload is not learned: that is for people to decide. */
export function learnMcp(
  base: readonly McpRule[] | undefined,
  observations: readonly Observation[],
  { added, callsOf }: { readonly added: string[]; readonly callsOf: CallsOf },
): { mcp?: McpRule[] } {
  const byHost = new Map<string, SeenMcp[]>();
  for (const { host, seen } of observations) {
    if (seen?.mcp === undefined || host === null) continue;
    byHost.set(host, [...(byHost.get(host) ?? []), seen.mcp]);
  }
  let rules: readonly McpRule[] = base ?? [];
  for (const [host, seen] of [...byHost].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const known = rules.find(({ server }) => compileHosts([server])(host));
    const conditions = (tool: string): Conditions => conditionsFor(callsOf(host, tool));
    const grown = grow(known ?? fresh(host, seen, added), seen, { added, conditions });
    rules = known === undefined ? [...rules, grown] : rules.map((rule) => (rule === known ? grown : rule));
  }
  return rules.length === 0 && base === undefined ? {} : { mcp: [...rules] };
}

function fresh(server: string, seen: readonly SeenMcp[], added: string[]): McpRule {
  added.push(`action.mcp: ${server}`);
  const used = new Set(seen.flatMap(({ tools }) => tools));
  const definitions = seen.flatMap((each) => [...each.definitions]).filter(([tool]) => used.has(tool));
  const pins: Record<string, string[]> = {};
  // The first one that was seen, as a sidecar would keep it.
  for (const [tool, hash] of definitions) pins[tool] ??= [hash];
  return {
    server,
    mode: 'enforce',
    paths: { allOf: [[...new Set(seen.map(({ path }) => path))].sort()] },
    tools: { allOf: [[]] },
    resources: { allOf: [[]] },
    prompts: { allOf: [[]] },
    clientFeatures: { allOf: [[]] },
    results: 'untrusted',
    taintedBy: 'caller',
    pinning: [{ pin: true, pins }],
  };
}

function grow(
  rule: McpRule,
  seen: readonly SeenMcp[],
  { added, conditions }: { readonly added: string[]; readonly conditions: (tool: string) => Conditions },
): McpRule {
  const missing = (kind: string, names: readonly string[], listed: readonly string[]): readonly string[] => {
    const covers = compileGlobs(listed);
    const found = [...new Set(names)].filter((name) => !covers(name)).sort();
    for (const name of found) {
      const allowed = kind === 'tool' ? conditionsText(conditions(name)) : '';
      const line = `action.mcp: ${rule.server} ${kind} ${name}${allowed}`;
      if (!added.includes(line)) added.push(line);
    }
    return found;
  };
  const globs = (kind: string, names: readonly string[], lists: readonly (readonly string[])[]) => ({
    allOf: lists.map((list) => [...list, ...missing(kind, names, list)]),
  });
  const tools = seen.flatMap((each) => each.tools);
  return {
    ...rule,
    tools: {
      allOf: rule.tools.allOf.map((list) => {
        const found = missing(
          'tool',
          tools,
          list.map(({ name }) => name),
        );
        return [...list, ...found.map((name) => ({ name, mode: 'enforce' as const, ...conditions(name) }))];
      }),
    },
    resources: globs(
      'resource',
      seen.flatMap((each) => each.resources),
      rule.resources.allOf,
    ),
    prompts: globs(
      'prompt',
      seen.flatMap((each) => each.prompts),
      rule.prompts.allOf,
    ),
  };
}
