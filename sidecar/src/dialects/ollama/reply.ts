import type { Reply, ToolCall, Usage } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { requireExactFields } from './fields.ts';
import { readCall, readMessage } from './message.ts';

/** Members that repeat the reply: its tokens and what else they could have been. */
export const MIRRORS: readonly string[] = ['logprobs'];

/** The whole exchange as numbers of tokens. Nobody can use it here: requests that hand it back are refused. */
export const CONTEXT = 'context';

/** @throws Malformed */
export function readChatReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const calls = readMessage(requireExactFields(reader.root).requiredObject('message'));
  return finish(reader, calls);
}

/** @throws Malformed */
export function readGenerateReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  requireExactFields(root).requiredText('response', 'assistant', 'content');
  root.text('thinking', 'assistant', 'reasoning');
  return finish(reader, root.objects('tool_calls').map(readCall));
}

/** Vectors say nothing that a text detector could read. @throws Malformed */
export function readEmbedReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  if (requireExactFields(root).array('embeddings') === null && root.array('embedding') === null) {
    throw root.malformed('embeddings', 'an array is required');
  }
  return finish(reader, []);
}

export function readUsage(root: Place): Usage {
  return { inputTokens: root.count('prompt_eval_count'), outputTokens: root.count('eval_count') };
}

function finish(reader: BodyReader, calls: readonly ToolCall[]): Reply {
  const { root } = reader;
  const model = root.label('model');
  const reason = root.label('done_reason');
  reader.sweep('assistant');
  return {
    model,
    segments: reader.segments,
    calls,
    usage: readUsage(root),
    finishReasons: reason === null ? [] : [reason],
    mirrors: MIRRORS.filter((key) => root.has(key)).map((key) => root.at(key)),
    unreadable: root.has(CONTEXT) ? [root.at(CONTEXT)] : [],
  };
}
