import type { Prompt } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { readWanted } from '../openai/limits.ts';
import { ToolResults } from '../tool-results.ts';
import { UnsupportedMember } from '../unsupported-member.ts';
import { readContent, type Gathered, type Voice } from './content.ts';
import { readChoice, readOffers, readServer } from './tools.ts';

const SYSTEM: Voice = { origin: 'system', channel: 'content' };

/** A role that only some templates define is most likely a tool's. */
const OTHER: Voice = { origin: 'tool', channel: 'tool_result' };

const VOICES: Readonly<Record<string, Voice>> = {
  user: { origin: 'user', channel: 'content' },
  assistant: { origin: 'assistant', channel: 'content' },
  developer: SYSTEM,
  system: SYSTEM,
};

/**
 * The body of `POST /v1/messages` and of `…/count_tokens`, which lacks `max_tokens` and `stream`.
 *
 * @throws Malformed
 */
export function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const gathered: Gathered = { calls: [], offers: [], results: new ToolResults() };
  const model = root.label('model');
  // Turns stored by the provider would reach the model unseen. The SDKs fall back to sending the whole conversation.
  if (root.has('thread'))
    throw new UnsupportedMember('thread', 'must be omitted; send the whole conversation');
  readContent(root, 'system', SYSTEM, gathered);
  for (const message of root.requiredObjects('messages')) readMessage(message, gathered);
  for (const offer of readOffers(root)) gathered.offers.push(offer);
  for (const server of root.objects('mcp_servers')) gathered.offers.push(readServer(server));
  root.object('output_config')?.object('format')?.leaves('schema', 'system', 'tool_definition');
  root.object('output_format')?.leaves('schema', 'system', 'tool_definition');
  root.object('compaction')?.text('instructions', 'system', 'content');
  // Files and turns stored by the provider, which the model will see.
  root.medium('container', 'opaque');
  const choice = readChoice(root);
  const { maxOutputTokens, alternatives } = readWanted(root);
  reader.sweep('user');
  return {
    operation: 'chat',
    model,
    stream: root.flag('stream') ?? false,
    alternatives,
    maxOutputTokens,
    segments: reader.segments,
    offers: gathered.offers,
    choice,
    calls: gathered.calls,
    media: reader.media,
    ...gathered.results.asMember(),
  };
}

function readMessage(message: Place, gathered: Gathered): void {
  const role = message.label('role') ?? 'user';
  const voice = Object.hasOwn(VOICES, role) ? VOICES[role] : undefined;
  readContent(message, 'content', voice ?? OTHER, gathered);
}
