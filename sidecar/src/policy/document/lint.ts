import { createPatternDetector, PatternError, patternSize } from '../../detectors/index.ts';
import { compileCondition, ConditionFault } from '../compile/condition.ts';
import { compileSchema, SchemaFault } from '../compile/schema/json-schema.ts';
import { isRecord } from '../kinds/record.ts';
import type { Fault } from './explain-issue.ts';
import { reasonOf, type PathPart } from '../kinds/problem.ts';
import { MAX_PATTERN_STEPS, MAX_RULES } from '../kinds/text-rule.ts';

/** Checks beyond the schema: patterns that RE2 or streams cannot use, invalid CEL conditions. `value` fits the schema. */
export function lint(value: unknown): readonly Fault[] {
  if (!isRecord(value)) return [];
  return [...lintRules(value), ...tools(value).flatMap(({ path, tool }) => lintTool(path, tool))];
}

interface Written {
  readonly path: readonly PathPart[];
  readonly id: string;
  readonly pattern: string;
}

function rulesOf(value: Record<string, unknown>, section: 'ingress' | 'egress'): readonly Written[] {
  const rules = isRecord(value[section]) ? value[section]['rules'] : undefined;
  // The schema refuses more: they are not compiled first.
  if (!Array.isArray(rules) || rules.length > MAX_RULES) return [];
  return rules.flatMap((rule: unknown, index): Written[] =>
    isRecord(rule) && typeof rule['pattern'] === 'string'
      ? [{ path: [section, 'rules', index, 'pattern'], id: String(rule['id']), pattern: rule['pattern'] }]
      : [],
  );
}

function lintRules(value: Record<string, unknown>): readonly Fault[] {
  const rules = [...rulesOf(value, 'ingress'), ...rulesOf(value, 'egress')];
  const large = tooLarge(rules);
  if (large !== null) return [large];
  return rules.flatMap(({ path, id, pattern }): Fault[] => {
    const message = patternFault(pattern);
    return message === null ? [] : [{ path, at: 'value', message: `rule ${id}: ${message}` }];
  });
}

/** Patterns that RE2 would compile for seconds, and keep in a large memory, are not compiled: at the first that is too many. */
function tooLarge(rules: readonly Written[]): Fault | null {
  let sum = 0;
  for (const { path, id, pattern } of rules) {
    const size = patternSize(pattern);
    sum += size;
    if (sum <= MAX_PATTERN_STEPS) continue;
    const most = MAX_PATTERN_STEPS.toLocaleString('en');
    const message = `rule ${id}: with this pattern of about ${Math.round(size).toLocaleString('en')} steps, the patterns of this document have more than ${most}, which would take seconds to compile; use + or {n,} in place of large counts, ASCII classes in place of \\p{…}, or fewer rules`;
    return { path, at: 'value', message };
  }
  return null;
}

/** Null if the pattern is usable, also in streams. */
function patternFault(source: string): string | null {
  try {
    createPatternDetector('lint', [{ id: 'lint', source, score: 1 }]);
    return null;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    return `RE2 refuses this pattern: ${reasonOf(error)}`;
  }
}

type Found = { path: PathPart[]; tool: Readonly<Record<string, unknown>> }[];

/** Tools of the section and of its MCP servers. */
function tools(value: Record<string, unknown>): Found {
  const action = isRecord(value['action']) ? value['action'] : {};
  const servers = Array.isArray(action['mcp']) ? action['mcp'] : [];
  return [
    ...toolsIn(action['tools'], ['action', 'tools']),
    ...servers.flatMap((server: unknown, index) =>
      isRecord(server) ? toolsIn(server['tools'], ['action', 'mcp', index, 'tools']) : [],
    ),
  ];
}

/** Tools of a plain list, and those of each list or set of an `allOf`. */
function toolsIn(written: unknown, path: readonly PathPart[]): Found {
  if (Array.isArray(written)) return listed(path, written);
  const sets: unknown = isRecord(written) ? written['allOf'] : undefined;
  if (!Array.isArray(sets)) return [];
  return sets.flatMap((set: unknown, index) => {
    if (Array.isArray(set)) return listed([...path, 'allOf', index], set);
    return isRecord(set) && Array.isArray(set['tools'])
      ? listed([...path, 'allOf', index, 'tools'], set['tools'])
      : [];
  });
}

function listed(path: readonly PathPart[], items: readonly unknown[]): Found {
  return items.flatMap((tool, index) => (isRecord(tool) ? [{ path: [...path, index], tool }] : []));
}

function lintTool(path: readonly PathPart[], tool: Readonly<Record<string, unknown>>): readonly Fault[] {
  return [...lintConditions(path, tool), ...lintSchemas(path, tool)];
}

function lintSchemas(path: readonly PathPart[], tool: Readonly<Record<string, unknown>>): readonly Fault[] {
  const { schema } = tool;
  const schemas = Array.isArray(schema) ? schema : [schema];
  return schemas.flatMap((each: unknown, index): Fault[] => {
    if (!isRecord(each)) return [];
    try {
      compileSchema(each, 'policy');
      return [];
    } catch (error) {
      if (!(error instanceof SchemaFault)) throw error;
      const at = [...path, 'schema', ...(Array.isArray(schema) ? [index] : []), ...error.path];
      return [{ path: at, at: 'value', message: `tool ${String(tool['name'])}: ${error.message}` }];
    }
  });
}

function lintConditions(
  path: readonly PathPart[],
  tool: Readonly<Record<string, unknown>>,
): readonly Fault[] {
  return (['when', 'arguments'] as const).flatMap((kind): Fault[] => {
    const expression = tool[kind];
    if (typeof expression !== 'string') return [];
    try {
      compileCondition(expression, kind);
      return [];
    } catch (error) {
      const where = error instanceof ConditionFault ? ` at offset ${error.offset}` : '';
      const what = reasonOf(error);
      return [
        { path: [...path, kind], at: 'value', message: `tool ${String(tool['name'])}${where}: ${what}` },
      ];
    }
  });
}
