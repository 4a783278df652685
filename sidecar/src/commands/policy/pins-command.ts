import { stringify } from 'yaml';

import { EXIT_NO, EXIT_OK, parseFlags, UsageError, type CommandSpec, type FlagSpec } from '../flags/flags.ts';
import { definitionHash } from '../../dialects/mcp/definition.ts';
import { isArray, isObject, parseText, type JsonObject, type JsonValue } from '../../dialects/json/index.ts';
import { Malformed } from '../../dialects/malformed.ts';
import type { CommandIo } from './command-io.ts';
import { isPlainName, leftOutLines } from './learn/plain-name.ts';
import { callsOfTraffic } from './learn/traffic-calls.ts';
import { DEFAULT_POLICY, readArgument } from './policy-arguments.ts';
import { readTraffic } from './replay.ts';
import { TRAFFIC_FLAG } from './test-command.ts';

const FLAGS = [
  {
    ...TRAFFIC_FLAG,
    required: false,
    describe:
      'Exchanges as `policy test` takes them, instead of FILE: prints the definitions with which their requests offer tools, as `pins` of entries of action.tools.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar policy pins',
  describe:
    'Prints definitions of tools as `pins`: of an MCP server, for its entry in action.mcp (FILE), or of tools that requests offer to models, for action.tools (--traffic). A pin is the SHA-256 of the definition in the canonical form of RFC 8785, of MCP without _meta and icons, of offers without cache_control.',
  operands: [
    {
      name: 'FILE',
      required: false,
      describe:
        'The reply of the server to tools/list, as JSON: the JSON-RPC response, its result, or the array of tools.',
    },
  ],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;

export async function runPins(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path] = parsed.operands;
  const { traffic } = parsed.flags;
  if ((path === undefined) === (traffic === null))
    throw new UsageError('policy pins: expected either FILE or --traffic FILE.jsonl');
  const printed = traffic === null ? await ofServer(path ?? '') : await ofOffers(traffic);
  if (printed === null) {
    stderr.write(
      traffic === null
        ? `${path ?? ''}: no tools in it; expected what a server answers to tools/list\n`
        : `${traffic}: no request in it offers a tool to a model by a name that an entry can have\n`,
    );
    return EXIT_NO;
  }
  const { leftOut = [], ...entries } = printed;
  stdout.write(
    `${leftOutLines(leftOut)
      .map((line) => `${line}\n`)
      .join('')}${stringify(entries, { lineWidth: 0 })}`,
  );
  return EXIT_OK;
}

interface Printed {
  /** Of `--traffic`: names without an entry. */
  readonly leftOut?: readonly string[];
  readonly [key: string]: unknown;
}

/** Null: there are none. @throws UsageError */
async function ofServer(path: string): Promise<Printed | null> {
  const tools = toolsIn(read(await readArgument('FILE', path), path));
  if (tools === null || tools.length === 0) return null;
  const pins = tools.map((tool): [string, string] => [nameOf(tool, path), `sha256-${definitionHash(tool)}`]);
  return { pins: Object.fromEntries(pins) };
}

/** Null: there are none. @throws UsageError */
async function ofOffers(traffic: string): Promise<Printed | null> {
  const { calls } = callsOfTraffic(await readTraffic(traffic), DEFAULT_POLICY);
  const offered = calls.flatMap(({ tool, definitions = [] }) =>
    definitions.length === 0 ? [] : [{ name: tool, pins: definitions }],
  );
  const tools = offered.filter(({ name }) => isPlainName(name));
  const leftOut = offered.flatMap(({ name }) => (isPlainName(name) ? [] : [name]));
  return tools.length === 0 ? null : { leftOut, tools };
}

/** @throws UsageError unless it is strict JSON: all readers must see one definition. */
function read(text: string, path: string): JsonValue {
  try {
    return parseText(text);
  } catch (error) {
    throw error instanceof Malformed ? new UsageError(`${path}: ${error.message}`) : error;
  }
}

function toolsIn(value: JsonValue): readonly JsonObject[] | null {
  if (isArray(value)) return value.every((item) => isObject(item)) ? value : null;
  if (!isObject(value)) return null;
  const inner = value['result'] ?? value['tools'];
  return inner === undefined ? null : toolsIn(inner);
}

function nameOf(tool: JsonObject, path: string): string {
  const { name } = tool;
  if (typeof name === 'string') return name;
  throw new UsageError(`${path}: a tool without a name`);
}
