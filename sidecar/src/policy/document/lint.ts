import { createPatternDetector, PatternError } from '../../detectors/index.ts';
import { compileCondition, ConditionFault } from '../compile/condition.ts';
import { compileSchema, SchemaFault } from '../compile/schema/json-schema.ts';
import { isRecord } from '../kinds/record.ts';
import type { Fault } from './explain-issue.ts';
import { reasonOf, type PathPart } from '../kinds/problem.ts';
import { MAX_RULES } from '../kinds/text-rule.ts';

/** Checks beyond the schema: patterns that RE2 or streams cannot use, invalid CEL conditions. `value` fits the schema. */
export function lint(value: unknown): readonly Fault[] {
  if (!isRecord(value)) return [];
  return [
    ...lintRules(value, 'ingress'),
    ...lintRules(value, 'egress'),
    ...tools(value).flatMap(({ path, tool }) => lintTool(path, tool)),
  ];
}

function lintRules(value: Record<string, unknown>, section: 'ingress' | 'egress'): readonly Fault[] {
  const rules = isRecord(value[section]) ? value[section]['rules'] : undefined;
  // The schema refuses more: they are not compiled first.
  if (!Array.isArray(rules) || rules.length > MAX_RULES) return [];
  return rules.flatMap((rule: unknown, index): Fault[] => {
    if (!isRecord(rule) || typeof rule['pattern'] !== 'string') return [];
    const message = patternFault(rule['pattern']);
    const path = [section, 'rules', index, 'pattern'];
    return message === null ? [] : [{ path, at: 'value', message: `rule ${String(rule['id'])}: ${message}` }];
  });
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
