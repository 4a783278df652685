import type { Origin, ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { readCall, type ItemCall } from './calls.ts';
import { readContent, type Voice } from './content.ts';
import type { Repetitions } from './repetitions.ts';
import type { ToolResults } from '../tool-results.ts';
import { readOffers } from './tools.ts';

/** Collected from items besides texts and media. */
export interface Gathered {
  readonly offers: ToolOffer[];
  readonly repetitions: Repetitions;
  readonly results: ToolResults;
}

const ORIGINS: ReadonlyMap<string, Origin> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
]);
const RESULT: Voice = { origin: 'tool', channel: 'tool_result' };
const REASONING: Voice = { origin: 'assistant', channel: 'reasoning' };

/**
 * An item of `input` or of `output`, whose items are nearly the same. Returns its call, if it makes one. Texts in an item of an unknown
 * type are left to the sweep. @throws Malformed
 */
export function readItem(item: Place, gathered: Gathered): ItemCall | null {
  const type = typeOf(item);
  item.reference('id');
  if (type === 'message') readMessage(item, gathered);
  else if (!(
    readModelItem(item, type, gathered) ||
    readResult(item, type, gathered) ||
    readTools(item, type, gathered)
  ))
    return readOther(item, type, gathered);
  return null;
}

/** An item may omit its type if its members imply it. */
function typeOf(item: Place): string {
  const type = item.label('type');
  if (type !== null) return type;
  if (item.has('role')) return 'message';
  return typeof item.get('id') === 'string' ? 'item_reference' : '';
}

function readOther(item: Place, type: string, { repetitions, results }: Gathered): ItemCall | null {
  const call = readCall(item, type);
  const id = item.get('call_id');
  if (call === null) {
    results.add(item.pointer, id);
    // If unknown, it is a tool's result.
    if (/_(?:output|result|response)$/.test(type)) item.rest('tool', 'tool_result', LABELS);
    item.sealed();
    return null;
  }
  if (call.name !== null) results.call(id, call.name, call.arguments);
  // The provider runs it and reports its output here.
  if (item.has('output') || item.has('error')) results.add(item.pointer, id, call.name);
  readContent(item, 'output', RESULT, repetitions);
  item.leaves('error', 'tool', 'tool_result');
  return call;
}

const LABELS: ReadonlySet<string> = new Set(['id', 'type', 'status', 'call_id']);

function readMessage(item: Place, { repetitions }: Gathered): void {
  // A role that only some templates define is most likely a tool's.
  const role = item.label('role') ?? 'user';
  const origin = ORIGINS.get(role) ?? 'tool';
  readContent(
    item,
    'content',
    { origin, channel: origin === 'tool' ? 'tool_result' : 'content' },
    repetitions,
  );
}

/** Output of the model, or of tools run by the provider for it. */
function readModelItem(item: Place, type: string, { repetitions, results }: Gathered): boolean {
  switch (type) {
    case 'reasoning':
      readContent(item, 'summary', REASONING, repetitions);
      readContent(item, 'content', REASONING, repetitions);
      item.medium('encrypted_content', 'opaque');
      return true;
    case 'web_search_call':
      item.leaves('action', 'assistant', 'tool_arguments');
      item.leaves('results', 'document', 'tool_result');
      addOwn(item, 'web_search', 'action', results);
      return true;
    case 'file_search_call':
      item.leaves('queries', 'assistant', 'tool_arguments');
      item.leaves('results', 'document', 'tool_result');
      addOwn(item, 'file_search', 'queries', results);
      return true;
    case 'code_interpreter_call':
      item.text('code', 'assistant', 'tool_arguments');
      item.leaves('outputs', 'tool', 'tool_result');
      addOwn(item, 'code_interpreter', 'code', results);
      return true;
    case 'image_generation_call':
      item.medium('result', 'image');
      return true;
    case 'tool_search_call':
      item.leaves('arguments', 'assistant', 'tool_arguments');
      return true;
    case 'program':
      item.text('code', 'assistant', 'tool_arguments');
      return true;
    case 'compaction':
    case 'compaction_summary':
      item.medium('encrypted_content', 'opaque');
      return true;
    case 'compaction_trigger':
      return true;
    case 'item_reference':
      // A turn stored by the provider, which the model will see.
      item.requiredLabel('id');
      item.medium('id', 'opaque');
      return true;
    default:
      return false;
  }
}

/** A call of the provider's own tool with its result. */
function addOwn(item: Place, tool: string, asked: string, results: ToolResults): void {
  results.call(null, tool, JSON.stringify(item.get(asked)));
  results.add(item.pointer, null, tool);
}

/** Results of tools. */
function readResult(item: Place, type: string, gathered: Gathered): boolean {
  const isResult = readOutput(item, type, gathered);
  // An approval is the caller's own answer.
  if (isResult && type !== 'mcp_approval_response') gathered.results.add(item.pointer, item.get('call_id'));
  return isResult;
}

function readOutput(item: Place, type: string, { repetitions }: Gathered): boolean {
  switch (type) {
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
    case 'apply_patch_call_output':
      readContent(item, 'output', RESULT, repetitions);
      return true;
    case 'shell_call_output':
      item.leaves('output', 'tool', 'tool_result');
      return true;
    case 'computer_call_output':
      readContent(item, 'output', RESULT, repetitions);
      return true;
    case 'program_output':
      item.text('result', 'tool', 'tool_result');
      return true;
    case 'mcp_approval_response':
      item.text('reason', 'user', 'content');
      return true;
    default:
      return false;
  }
}

/** Tools defined within the conversation. */
function readTools(item: Place, type: string, gathered: Gathered): boolean {
  switch (type) {
    case 'tool_search_output':
    case 'additional_tools':
      gathered.offers.push(...readOffers(item));
      return true;
    case 'mcp_list_tools':
      item.text('server_label', 'tool', 'metadata');
      // Written by the server, not by the workload.
      item.leaves('tools', 'tool', 'tool_definition');
      item.leaves('error', 'tool', 'tool_result');
      return true;
    default:
      return false;
  }
}
