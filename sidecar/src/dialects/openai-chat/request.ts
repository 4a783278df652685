import type { Origin, Prompt, ToolCall } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { readMaxOutputTokens, refuseFallbacks } from '../openai/limits.ts';
import { readContent } from './content.ts';
import { readChoice, readLegacyChoice } from './tool-choice.ts';
import { readFunctionCall, readToolCalls } from './tool-calls.ts';
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
  refuseFallbacks(root);
  const model = root.label('model');
  const calls = root.requiredObjects('messages').flatMap((message) => readMessage(message));
  const offers = readOffers(root);
  const legacy = readLegacyChoice(root);
  const choice = readChoice(root) ?? legacy ?? { kind: 'auto' };
  root.leaves('documents', 'document', 'content');
  root.text('chat_template', 'system', 'content');
  root.object('response_format')?.leaves('json_schema', 'system', 'tool_definition');
  const prediction = root.object('prediction');
  if (prediction !== null) readContent(prediction, 'user', 'content');
  // Spoken output, which nothing here can listen to.
  root.medium('audio', 'audio');
  const stream = root.boolean('stream') ?? false;
  const maxOutputTokens = readMaxOutputTokens(root, 'max_tokens', 'max_completion_tokens');
  reader.sweep('user');
  const { segments, media } = reader;
  return { operation: 'chat', model, stream, maxOutputTokens, segments, offers, choice, calls, media };
}

function readMessage(message: Place): readonly ToolCall[] {
  const role = message.requiredLabel('role');
  const origin = ORIGINS.get(role);
  if (origin === undefined) throw message.malformed('role', 'unknown role');
  message.text('name', origin, 'metadata');
  message.label('tool_call_id');
  readContent(message, origin, origin === 'tool' ? 'tool_result' : 'content');
  message.text('reasoning_content', origin, 'reasoning');
  message.text('reasoning', origin, 'reasoning');
  message.text('refusal', origin, 'refusal');
  // Refers to speech that the provider keeps.
  message.medium('audio', 'opaque');
  return [...readToolCalls(message), ...readFunctionCall(message)];
}
