import {
  kindOfType,
  type Channel,
  type MediaKind,
  type Origin,
  type ToolCall,
} from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { ToolResults } from '../tool-results.ts';
import { camelOf, field } from './fields.ts';
import { GatheredCalls } from './gathered-calls.ts';
import { isPartial } from './partial-call.ts';

/** Members of a part with content, and those that only qualify it; the sweep reads the latter. */
const PART_FIELDS: ReadonlySet<string> = new Set([
  'audioTranscription',
  'codeExecutionResult',
  'executableCode',
  'fileData',
  'functionCall',
  'functionResponse',
  'inlineData',
  'mediaProcessing',
  'mediaResolution',
  'partMetadata',
  'speechMetadata',
  'text',
  'thought',
  'thoughtSignature',
  'toolCall',
  'toolResponse',
  'videoMetadata',
]);

/** Names of built-in tools in offers, by the type of their calls. */
const BUILTIN_OF: Readonly<Record<string, string>> = {
  GOOGLE_SEARCH_WEB: 'googleSearch',
  GOOGLE_SEARCH_IMAGE: 'googleSearch',
  URL_CONTEXT: 'urlContext',
  GOOGLE_MAPS: 'googleMaps',
  FILE_SEARCH: 'fileSearch',
  MEDIA_PROCESSING: 'mediaProcessing',
};

const ORIGINS: Readonly<Record<string, Origin>> = {
  user: 'user',
  model: 'assistant',
  function: 'tool',
  tool: 'tool',
};

/** A text part, left to the caller: in a stream it continues another. */
export interface TextPart {
  readonly part: Place;
  readonly isThought: boolean;
}

/** Origin of a content. An unknown role is most likely a tool's. */
export function originOf(content: Place, unnamed: Origin): Origin {
  const role = content.label('role');
  if (role === null || role === '') return unnamed;
  return (Object.hasOwn(ORIGINS, role) ? ORIGINS[role] : undefined) ?? 'tool';
}

/** Reads the parts of a content, including texts. */
export function readContent(
  content: Place,
  origin: Origin,
  calls: ToolCall[],
  results = new ToolResults(),
): void {
  const run = content.at('parts');
  const pieces = new GatheredCalls(calls, origin);
  const texts = readParts(content, origin, calls, pieces, results);
  pieces.end();
  for (const { part, isThought } of texts) {
    if (isThought) part.text('text', origin, 'reasoning', run);
    else part.text('text', origin, channelOf(origin), run);
  }
}

/** Receives calls whose arguments arrive in pieces. */
export interface PieceTaker {
  /** A call is open, so that one without arguments is a piece of it. */
  readonly isOpen: boolean;
  take(call: Place, part: Place): void;
}

/**
 * Reads all parts except the texts, which are returned. Texts in a part of an unknown kind are left to the sweep. Calls in pieces are
 * passed to `pieces`. @throws Malformed
 */
export function readParts(
  content: Place,
  origin: Origin,
  calls: ToolCall[],
  pieces: PieceTaker,
  results = new ToolResults(),
): readonly TextPart[] {
  return content.parts('parts', origin, channelOf(origin)).flatMap((part) => {
    if (!Object.keys(part.value).every((key) => PART_FIELDS.has(camelOf(key)))) part.unknown();
    readMedia(part, origin);
    part.seal(field(part, 'thoughtSignature'));
    part.leaves(field(part, 'audioTranscription'), origin, 'content');
    const call = part.object(field(part, 'functionCall'));
    if (call !== null && (isPartial(call) || (pieces.isOpen && !call.has('args')))) pieces.take(call, part);
    else if (call !== null) {
      const made = readFunctionCall(part, call, origin);
      calls.push(made);
      results.call(call.label('id'), made.name, made.arguments);
    }
    readCalls(part, origin, calls);
    readResults(part, results);
    const isThought = part.get('thought') === true;
    return part.has('text') ? [{ part, isThought }] : [];
  });
}

function channelOf(origin: Origin): Channel {
  return origin === 'tool' ? 'tool_result' : 'content';
}

function readMedia(part: Place, origin: Origin): void {
  const inline = part.object(field(part, 'inlineData'));
  if (inline !== null) part.medium(field(part, 'inlineData'), kindOf(inline), origin);
  const file = part.object(field(part, 'fileData'));
  file?.link(field(file, 'fileUri'), origin, kindOf(file));
}

function kindOf(blob: Place): MediaKind {
  return kindOfType(blob.label(field(blob, 'mimeType')));
}

function readFunctionCall({ pointer }: Place, call: Place, origin: Origin): ToolCall {
  return { pointer, name: call.requiredLabel('name'), arguments: argumentsOf(call, origin) };
}

function readCalls(part: Place, origin: Origin, calls: ToolCall[]): void {
  const { pointer } = part;
  const code = part.object(field(part, 'executableCode'));
  if (code !== null) {
    code.text('code', origin, 'tool_arguments');
    calls.push({ pointer, name: 'codeExecution', arguments: JSON.stringify(code.value) });
  }
  const server = part.object(field(part, 'toolCall'));
  if (server !== null) {
    calls.push({ pointer, name: builtinName(server), arguments: argumentsOf(server, origin) });
  }
}

/** An object, or its JSON text. */
function argumentsOf(call: Place, origin: Origin): string {
  return typeof call.get('args') === 'string'
    ? call.argumentText('args', origin)
    : call.argumentObject('args', origin);
}

/** The name in the offer; for a new type, the type itself. */
function builtinName(call: Place): string {
  const type = call.requiredLabel(field(call, 'toolType'));
  return (Object.hasOwn(BUILTIN_OF, type) ? BUILTIN_OF[type] : undefined) ?? type;
}

function readResults(part: Place, results: ToolResults): void {
  const answer = part.object(field(part, 'functionResponse'));
  if (answer !== null) {
    results.add(answer.pointer, answer.label('id'), answer.label('name'));
    answer.leaves('response', 'tool', 'tool_result');
    for (const each of answer.objects('parts')) readMedia(each, 'tool');
  }
  part.object(field(part, 'codeExecutionResult'))?.text('output', 'tool', 'tool_result');
  part.object(field(part, 'toolResponse'))?.leaves('response', 'tool', 'tool_result');
}
