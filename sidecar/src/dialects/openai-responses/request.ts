import type { Prompt, ToolCall } from '../../exchange/index.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { readWanted } from '../openai/limits.ts';
import { readItem, type Gathered } from './items.ts';
import { Repetitions } from './repetitions.ts';
import { readChoice, readOffers } from './tools.ts';

/** @throws Malformed */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { maxOutputTokens, alternatives } = readWanted(root);
  const model = root.label('model');
  root.text('instructions', 'system', 'content');
  const gathered: Gathered = { offers: [...readOffers(root)], repetitions: new Repetitions() };
  const calls: ToolCall[] = [];
  if (typeof root.get('input') === 'string') root.text('input', 'user', 'content');
  else {
    for (const item of root.parts('input', 'user', 'content')) {
      const call = readItem(item, gathered);
      // What the model called has been done: a call that nothing names is text.
      if (call !== null && call.name !== null) calls.push({ ...call, name: call.name });
    }
  }
  const choice = readChoice(root);
  root.object('text')?.leaves('format', 'system', 'tool_definition');
  root.object('prompt')?.leaves('variables', 'user', 'content');
  // Turns and instructions that the provider keeps and the model will see.
  for (const key of ['previous_response_id', 'conversation']) root.medium(key, 'opaque');
  root.object('prompt')?.medium('id', 'opaque');
  const stream = root.flag('stream') ?? false;
  if (root.flag('background') === true && !stream) {
    throw root.malformed(
      'background',
      'must be false unless streamed: a reply that is fetched later cannot be inspected',
    );
  }
  reader.sweep('user');
  const { segments, media } = reader;
  const { offers } = gathered;
  const asked = { model, alternatives, stream, maxOutputTokens };
  return { operation: 'chat', ...asked, segments, offers, choice, calls, media };
}
