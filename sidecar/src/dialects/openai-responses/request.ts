import type { Origin, Prompt, ToolCall } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { readWanted } from '../openai/limits.ts';
import { ToolResults } from '../tool-results.ts';
import { readItem, type Gathered } from './items.ts';
import { Repetitions } from './repetitions.ts';
import { readChoice, readOffers } from './tools.ts';

/** @throws Malformed */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { maxOutputTokens, alternatives } = readWanted(root);
  const model = root.label('model');
  const gathered: Gathered = { offers: [], repetitions: new Repetitions(), results: new ToolResults() };
  const instructed = readItems(root, 'instructions', 'system', gathered);
  gathered.offers.push(...readOffers(root));
  const calls = [...instructed, ...readItems(root, 'input', 'user', gathered)];
  const choice = readChoice(root);
  root.object('text')?.leaves('format', 'system', 'tool_definition');
  root.object('prompt')?.leaves('variables', 'user', 'content');
  // Turns and instructions stored by the provider, which the model will see.
  for (const key of ['previous_response_id', 'conversation']) root.medium(key, 'opaque');
  root.object('prompt')?.medium('id', 'opaque');
  const stream = root.flag('stream') ?? false;
  const background = root.flag('background') === true ? { isBackground: true } : {};
  reader.sweep('user');
  const { segments, media } = reader;
  const { offers } = gathered;
  const asked = { model, alternatives, stream, ...background, maxOutputTokens };
  return {
    operation: 'chat',
    ...asked,
    segments,
    offers,
    choice,
    calls,
    media,
    ...gathered.results.asMember(),
  };
}

/** A text, or items. */
function readItems(root: Place, key: string, origin: Origin, gathered: Gathered): readonly ToolCall[] {
  if (typeof root.get(key) === 'string') {
    root.text(key, origin, 'content');
    return [];
  }
  return root.parts(key, origin, 'content').flatMap((item) => {
    const call = readItem(item, gathered);
    // Calls in the history were already made: one without a name is text.
    const name = call?.name ?? null;
    return call === null || name === null ? [] : [{ ...call, name }];
  });
}
