import type { Origin, Prompt, ToolCall } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { wantedUsage } from '../openai/usage.ts';
import { readWanted } from '../openai/limits.ts';
import { labelOf, objectOf, partsOf, wordsOf } from '../openai/tolerant.ts';
import { readContent, REASONING } from './content.ts';
import { readChoice, readLegacyChoice } from './tool-choice.ts';
import { ToolResults } from '../tool-results.ts';
import { namedCalls, readCalls } from './tool-calls.ts';
import { readOffers } from './tools.ts';

const ORIGINS: ReadonlyMap<string, Origin> = new Map([
  ['system', 'system'],
  ['developer', 'system'],
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['tool', 'tool'],
  ['function', 'tool'],
]);

/** @throws Malformed */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { maxOutputTokens, choices, alternatives } = readWanted(root);
  const model = root.label('model');
  const results = new ToolResults();
  const calls = root.requiredObjects('messages').flatMap((message) => readMessage(message, results));
  const offers = readOffers(root);
  const legacy = readLegacyChoice(root);
  const choice = readChoice(root) ?? legacy ?? { kind: 'auto' };
  root.leaves('documents', 'document', 'content');
  objectOf(root, 'chat_template_kwargs')?.leaves('documents', 'document', 'content');
  root.text('chat_template', 'system', 'content');
  const format = objectOf(root, 'response_format');
  format?.leaves('json_schema', 'system', 'tool_definition');
  const structured = format?.get('type') === 'json_schema' ? { isStructured: true } : {};
  const prediction = objectOf(root, 'prediction');
  // A draft of the reply: not what the caller asks.
  if (prediction !== null) readContent(prediction, 'user', 'metadata');
  // Spoken output, which cannot be judged.
  root.medium('audio', 'audio');
  const stream = root.flag('stream') ?? false;
  reader.sweep('user');
  const { segments, media } = reader;
  const asked = { model, alternatives, stream, ...wantedUsage(root), maxOutputTokens, choices };
  return {
    operation: 'chat',
    ...asked,
    ...structured,
    segments,
    offers,
    choice,
    calls,
    media,
    ...results.asMember(),
  };
}

function readMessage(message: Place, results: ToolResults): readonly ToolCall[] {
  const origin = originOf(message);
  wordsOf(message, 'name', origin, 'metadata');
  labelOf(message, 'tool_call_id');
  readContent(message, origin, origin === 'tool' ? 'tool_result' : 'content');
  for (const key of REASONING) wordsOf(message, key, origin, 'reasoning');
  wordsOf(message, 'refusal', origin, 'refusal');
  // Of tools that the provider ran in earlier turns.
  message.leaves('annotations', 'document', 'citation');
  message.leaves('executed_tools', 'tool', 'tool_result');
  // Refers to speech stored by the provider.
  message.medium('audio', 'opaque');
  // Calls in the history were already made: one without a name is text.
  const calls = namedCalls(readCalls(message));
  for (const { pointer, name, alsoNamed, arguments: args } of calls) {
    if (alsoNamed !== undefined) continue;
    const place = partsOf(message, 'tool_calls').find((call) => call.pointer === pointer);
    results.call(place?.get('id'), name, args);
  }
  if (origin === 'tool') results.add(message.pointer, message.get('tool_call_id'), message.get('name'));
  return calls;
}

/** Chat templates define roles of their own (`ipython`, `observation`): their content most likely comes from a tool. */
function originOf(message: Place): Origin {
  const role = labelOf(message, 'role') ?? '';
  return ORIGINS.get(role) ?? (role === '' ? 'user' : 'tool');
}
