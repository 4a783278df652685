import { stringify } from 'yaml';

import { EXIT_NO, EXIT_OK, parseFlags, UsageError } from '../flags/flags.ts';
import { definitionHash } from '../../dialects/mcp/definition.ts';
import { isArray, isObject, parseText, type JsonObject, type JsonValue } from '../../dialects/json/index.ts';
import { Malformed } from '../../dialects/malformed.ts';
import type { CommandIo } from './command-io.ts';
import { readArgument } from './policy-arguments.ts';

const SPEC = {
  command: 'llm-boundary-sidecar policy pins',
  describe:
    'Prints the definitions of an MCP server’s tools as `pins` for its entry in action.mcp: the SHA-256 of each in the canonical form of RFC 8785, without _meta and icons.',
  operands: [
    {
      name: 'FILE',
      required: true,
      describe:
        'The reply of the server to tools/list, as JSON: the JSON-RPC response, its result, or the array of tools.',
    },
  ],
  flags: [],
} as const;

export async function runPins(argv: readonly string[], { stdout, stderr, env }: CommandIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const [path = ''] = parsed.operands;
  const tools = toolsIn(read(await readArgument('FILE', path), path));
  if (tools === null || tools.length === 0) {
    stderr.write(`${path}: no tools in it; expected what a server answers to tools/list\n`);
    return EXIT_NO;
  }
  const pins = tools.map((tool): [string, string] => [nameOf(tool, path), `sha256-${definitionHash(tool)}`]);
  stdout.write(stringify({ pins: Object.fromEntries(pins) }, { lineWidth: 0 }));
  return EXIT_OK;
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
