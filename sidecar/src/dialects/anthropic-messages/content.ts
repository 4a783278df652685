import {
  kindOfType,
  type Channel,
  type MediaKind,
  type Origin,
  type ToolCall,
  type ToolOffer,
} from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';
import { readToolData } from '../tool-data.ts';
import type { ToolResults } from '../tool-results.ts';
import { isCall, readCall, readOffer } from './tools.ts';

/** Collected from content blocks, besides segments and media. */
export interface Gathered {
  readonly calls: ToolCall[];
  readonly offers: ToolOffer[];
  readonly results: ToolResults;
}

/** Author and purpose of a block's text. */
export interface Voice {
  readonly origin: Origin;
  readonly channel: Channel;
  /** Pointer of the array with the block; absent for a single block. */
  readonly run?: string;
}

const DOCUMENT: Voice = { origin: 'document', channel: 'content' };
const RESULT: Voice = { origin: 'tool', channel: 'tool_result' };
const FOUND: Voice = { origin: 'document', channel: 'tool_result' };

/** `content`: a string, an array of blocks and strings, or one block; for a tool's result, any JSON. False if absent. */
export function readContent(place: Place, key: string, voice: Voice, gathered: Gathered): boolean {
  const value = place.get(key);
  if (typeof value === 'string' || typeof value === 'number') {
    place.text(key, voice.origin, voice.channel);
    return true;
  }
  if (typeof value === 'boolean' && voice.channel === 'tool_result') return true;
  const inRun = { ...voice, run: place.at(key) };
  for (const block of place.parts(key, voice.origin, voice.channel)) {
    if (!readToolData(block, voice.origin, voice.channel)) readBlock(block, inRun, gathered);
  }
  return place.has(key);
}

/** Texts in a block of an unknown type are left to the sweep; in a request the block counts as a medium. @throws Malformed */
export function readBlock(block: Place, voice: Voice, gathered: Gathered): void {
  const type = block.label('type') ?? (typeof block.get('text') === 'string' ? 'text' : '');
  if (readPlain(type, block, voice) || readUntrusted(type, block, gathered)) return;
  switch (type) {
    case 'tool_addition':
      readAddition(block.requiredObject('tool'), gathered);
      return;
    case 'compaction':
      block.text('content', voice.origin, voice.channel);
      block.medium('encrypted_content', 'opaque');
      block.seal('signature');
      for (const change of block.objects('tool_changes')) readBlock(change, voice, gathered);
      return;
    case 'tool_removal':
    case 'tool_reference':
    case 'fallback':
      return;
    default:
      if (isCall(type)) {
        const call = readCall(block);
        gathered.calls.push(call);
        // A tool writes its result: what looks like a call in it is none.
        if (voice.origin === 'assistant') gathered.results.call(block.get('id'), call.name, call.arguments);
      } else if (type.endsWith('_result')) readResult(block, gathered);
      else block.unknown();
  }
}

/** The result of a tool of an unknown kind. */
function readResult(block: Place, gathered: Gathered): void {
  readContent(block, 'content', RESULT, gathered);
  block.rest('tool', 'tool_result', LABELS);
  block.sealed();
  gathered.results.add(block.pointer, block.get('tool_use_id'));
}

const LABELS: ReadonlySet<string> = new Set(['type', 'id', 'tool_use_id', 'cache_control']);

/** Blocks in the voice of their message. */
function readPlain(type: string, block: Place, voice: Voice): boolean {
  switch (type) {
    case 'text':
      block.text('text', voice.origin, voice.channel, voice.run);
      readCitations(block);
      return true;
    case 'thinking':
      block.text('thinking', voice.origin, 'reasoning', voice.run);
      block.seal('signature');
      return true;
    case 'redacted_thinking':
      block.medium('data', 'opaque');
      return true;
    case 'image':
      readSource(block, voice.origin, 'image');
      return true;
    case 'container_upload':
      block.medium('file_id', 'opaque');
      return true;
    default:
      return false;
  }
}

/** Blocks with text of neither the caller nor the model. */
function readUntrusted(type: string, block: Place, gathered: Gathered): boolean {
  switch (type) {
    case 'document':
      readDocument(block, DOCUMENT, gathered);
      return true;
    case 'search_result':
      block.text('title', 'document', 'content');
      block.text('source', 'document', 'content');
      readContent(block, 'content', DOCUMENT, gathered);
      return true;
    case 'tool_result':
    case 'mcp_tool_result':
      readContent(block, 'content', RESULT, gathered);
      gathered.results.add(block.pointer, block.get('tool_use_id'));
      return true;
    case 'browser_state':
      block.leaves('tabs', 'tool', 'tool_result');
      block.leaves('state_changes', 'tool', 'tool_result');
      return true;
    case 'mcp_tool_listing':
      block.leaves('tools', 'tool', 'tool_definition');
      return true;
    case 'web_search_tool_result':
      if (Array.isArray(block.get('content')))
        block.parts('content', 'document', 'tool_result').forEach(readFound);
      else readOutcomes(block, gathered);
      gathered.results.add(block.pointer, block.get('tool_use_id'));
      return true;
    case 'web_fetch_tool_result':
    case 'code_execution_tool_result':
    case 'bash_code_execution_tool_result':
    case 'text_editor_code_execution_tool_result':
    case 'tool_search_tool_result':
    case 'advisor_tool_result':
      readOutcomes(block, gathered);
      gathered.results.add(block.pointer, block.get('tool_use_id'));
      return true;
    default:
      return false;
  }
}

function readOutcomes(block: Place, gathered: Gathered): void {
  if (typeof block.get('content') === 'string') block.text('content', 'tool', 'tool_result');
  else for (const outcome of block.parts('content', 'tool', 'tool_result')) readOutcome(outcome, gathered);
}

/** One hit of a web search. */
function readFound(result: Place): void {
  result.text('title', 'document', 'tool_result');
  result.text('url', 'document', 'tool_result');
  result.text('page_age', 'document', 'tool_result');
  result.medium('encrypted_content', 'opaque');
}

/** The result of a tool run by the provider. */
function readOutcome(outcome: Place, gathered: Gathered): void {
  const type = outcome.label('type') ?? '';
  const { origin, channel } = RESULT;
  switch (type) {
    case 'web_fetch_result':
      outcome.text('url', 'document', 'tool_result');
      readContent(outcome, 'content', FOUND, gathered);
      return;
    case 'code_execution_result':
    case 'encrypted_code_execution_result':
    case 'bash_code_execution_result':
      outcome.text('stdout', origin, channel);
      outcome.text('stderr', origin, channel);
      outcome.medium('encrypted_stdout', 'opaque');
      for (const output of outcome.parts('content', origin, channel)) output.medium('file_id', 'opaque');
      return;
    case 'text_editor_code_execution_view_result':
      outcome.text('content', origin, channel);
      return;
    case 'text_editor_code_execution_str_replace_result':
      outcome.leaves('lines', origin, channel);
      return;
    case 'advisor_result':
      outcome.text('text', origin, channel);
      return;
    case 'advisor_redacted_result':
      outcome.medium('encrypted_content', 'opaque');
      return;
    case 'text_editor_code_execution_create_result':
    case 'tool_search_tool_search_result':
      return;
    default:
      readOtherOutcome(type, outcome, gathered);
  }
}

function readOtherOutcome(type: string, outcome: Place, gathered: Gathered): void {
  if (type.endsWith('_error')) outcome.text('error_message', RESULT.origin, RESULT.channel);
  else if (/^(?:text|image|document)$/.test(type)) readBlock(outcome, RESULT, gathered);
  else readResult(outcome, gathered);
}

function readDocument(block: Place, voice: Voice, gathered: Gathered): void {
  block.text('title', voice.origin, voice.channel);
  block.text('context', voice.origin, voice.channel);
  const source = isObject(block.get('source')) ? block.object('source') : null;
  const type = source?.label('type');
  if (source !== null && type === 'text') source.text('data', voice.origin, voice.channel);
  else if (source !== null && type === 'content') readContent(source, 'content', voice, gathered);
  else readSource(block, voice.origin, kindOfType(source?.label('media_type') ?? null));
}

/** A medium. The URL of one that the provider fetches is also a text. */
function readSource(block: Place, origin: Origin, kind: MediaKind): void {
  const source = isObject(block.get('source')) ? block.object('source') : null;
  if (source?.has('url') === true) source.link('url', origin, kind);
  else block.medium('source', source?.has('file_id') === true ? 'opaque' : kind, origin);
}

/** Citations of a text; null and absent mean none. */
export function readCitations(block: Place): void {
  for (const citation of block.parts('citations', 'document', 'citation')) readCitation(citation);
}

export function readCitation(citation: Place): void {
  for (const key of ['cited_text', 'document_title', 'title', 'source', 'url']) {
    citation.text(key, 'document', 'citation');
  }
  citation.seal('encrypted_index');
}

/** A tool added in the middle of a conversation; the other kinds refer to one in `tools`. */
function readAddition(tool: Place, { offers }: Gathered): void {
  switch (tool.requiredLabel('type')) {
    case 'tool_definition':
      offers.push(readOffer(tool.requiredObject('definition')));
      return;
    case 'tool_reference':
    case 'mcp_tool_reference':
    case 'mcp_toolset_reference':
      return;
    default:
      throw tool.malformed('type', 'unknown tool change');
  }
}
