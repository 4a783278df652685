import type { Reply, ToolCall, Usage } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { tokenTexts, type TokenTexts } from '../token-texts.ts';
import { requireExactFields } from './fields.ts';
import { readCall, readMessage } from './message.ts';

/** The whole exchange as token IDs. Useless here: requests that return it are refused. */
export const CONTEXT = 'context';

/** Without a message it is an error of the server, or another text-only body. @throws Malformed */
export function readChatReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const root = requireExactFields(reader.root);
  const message = root.object('message');
  return finish(reader, message === null ? [] : readMessage(message, 'assistant'));
}

/** @throws Malformed */
export function readGenerateReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const root = requireExactFields(reader.root);
  root.text('response', 'assistant', 'content');
  root.text('thinking', 'assistant', 'reasoning');
  root.medium('images', 'image');
  return finish(reader, root.parts('tool_calls', 'assistant', 'tool_arguments').map(readCall));
}

/** Claims the texts of a reply's tokens, removed if anything is redacted. */
export function takeTokens(root: Place, mirrors: string[]): TokenTexts {
  const value = root.get('logprobs');
  if (value === null) return tokenTexts(null);
  root.skip('logprobs');
  mirrors.push(root.at('logprobs'));
  return tokenTexts(value);
}

/** Vectors, in which there is nothing that a text detector could read, or what the server tells of a model. @throws Malformed */
export function readOtherReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  requireExactFields(reader.root);
  return finish(reader, []);
}

export const NO_USAGE: Usage = { inputTokens: null, outputTokens: null };

export function readUsage(root: Place): Usage {
  return { inputTokens: root.count('prompt_eval_count'), outputTokens: root.count('eval_count') };
}

function finish(reader: BodyReader, calls: readonly ToolCall[]): Reply {
  const { root } = reader;
  const model = root.label('model');
  const reason = root.label('done_reason');
  const mirrors: string[] = [];
  const { running, alone } = takeTokens(root, mirrors);
  for (const text of [...running, ...alone]) {
    const pointer = root.at('logprobs');
    if (text !== '')
      reader.segments.push({ pointer, text, origin: 'assistant', channel: 'content', mirror: true });
  }
  reader.sweep('assistant');
  return {
    model,
    segments: reader.segments,
    calls,
    usage: readUsage(root),
    finishReasons: reason === null || reason === '' ? [] : [reason],
    mirrors,
    ...(reader.media.length === 0 ? {} : { media: reader.media }),
    unreadable: root.has(CONTEXT) ? [root.at(CONTEXT)] : [],
  };
}
