import type { Origin, ToolCall, ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { readCall } from './calls.ts';
import { readContent, type Voice } from './content.ts';
import { readOffers } from './tools.ts';

/** What items say besides texts and media. */
export interface Gathered {
  readonly offers: ToolOffer[];
  readonly mirrors: string[];
}

const ORIGINS: ReadonlyMap<string, Origin> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
]);
const RESULT: Voice = { origin: 'tool', channel: 'tool_result' };

/**
 * An item of `input` or of `output`, of which both have nearly the same. Returns the call that it makes, if it makes one.
 *
 * @throws Malformed on item types that the dialect does not know.
 */
export function readItem(item: Place, gathered: Gathered): ToolCall | null {
  const type = item.label('type') ?? (item.has('role') ? 'message' : 'item_reference');
  if (type === 'message') readMessage(item, gathered);
  else if (!(readModelItem(item, type) || readResult(item, type) || readTools(item, type, gathered))) {
    return required(readCall(item, type), item);
  }
  return null;
}

function required(call: ToolCall | null, item: Place): ToolCall {
  if (call === null) throw item.malformed('type', 'unknown item type');
  // The provider runs it and says here what came of it.
  readContent(item, 'output', RESULT);
  item.text('error', 'tool', 'tool_result');
  return call;
}

function readMessage(item: Place, { mirrors }: Gathered): void {
  const origin = ORIGINS.get(item.requiredLabel('role'));
  if (origin === undefined) throw item.malformed('role', 'unknown role');
  if (!item.has('content')) throw item.malformed('content', 'a string or an array is required');
  mirrors.push(...readContent(item, 'content', { origin, channel: 'content' }));
}

/** What the model did by itself or at the provider. */
function readModelItem(item: Place, type: string): boolean {
  switch (type) {
    case 'reasoning':
      readContent(item, 'summary', { origin: 'assistant', channel: 'reasoning' });
      readContent(item, 'content', { origin: 'assistant', channel: 'reasoning' });
      item.medium('encrypted_content');
      return true;
    case 'web_search_call':
      item.leaves('action', 'assistant', 'tool_arguments');
      return true;
    case 'file_search_call':
      item.texts('queries', 'assistant', 'tool_arguments');
      item.leaves('results', 'document', 'tool_result');
      return true;
    case 'code_interpreter_call':
      item.text('code', 'assistant', 'tool_arguments');
      item.leaves('outputs', 'tool', 'tool_result');
      return true;
    case 'image_generation_call':
      item.medium('result');
      return true;
    case 'tool_search_call':
      item.leaves('arguments', 'assistant', 'tool_arguments');
      return true;
    case 'program':
      item.text('code', 'assistant', 'tool_arguments');
      return true;
    case 'compaction':
      item.medium('encrypted_content');
      return true;
    case 'compaction_trigger':
      return true;
    case 'item_reference':
      // A turn that the provider keeps and the model will see.
      item.requiredLabel('id');
      item.medium('id');
      return true;
    default:
      return false;
  }
}

/** What tools answered. */
function readResult(item: Place, type: string): boolean {
  switch (type) {
    case 'function_call_output':
    case 'custom_tool_call_output':
    case 'local_shell_call_output':
    case 'apply_patch_call_output':
      readContent(item, 'output', RESULT);
      return true;
    case 'shell_call_output':
      item.leaves('output', 'tool', 'tool_result');
      return true;
    case 'computer_call_output': {
      const output = item.requiredObject('output');
      output.link('image_url', 'tool');
      output.medium('file_id');
      return true;
    }
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

/** Tools that come with the conversation. */
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
      item.text('error', 'tool', 'tool_result');
      return true;
    default:
      return false;
  }
}
