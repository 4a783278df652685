import type { McpId, McpMessage, Origin } from '../../exchange/index.ts';
import { isArray, isObject, type JsonValue } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { idOf, readMessage } from './message.ts';
import type { Sender } from './methods.ts';

/** Sender and context of the messages in a body. */
export interface McpReading {
  readonly sender: Sender;
  /** Origin of the text in the messages. */
  readonly origin: Origin;
  /** True if the protocol revision has batches. */
  readonly batches: boolean;
}

/** Limit of messages in one body. */
const MAX_BATCH = 100;

/** One message, or those of a batch. @throws Malformed, UnknownMethod */
export function readMessages(
  value: JsonValue,
  { sender, origin, batches }: McpReading,
): readonly McpMessage[] {
  if (!isArray(value)) return [readMessage(value, '', sender, origin)];
  if (!batches) throw new Malformed('body', 'this revision of the protocol has no batches; send one message');
  if (value.length === 0 || value.length > MAX_BATCH)
    throw new Malformed('body', `a batch must have 1 to ${MAX_BATCH} messages`);
  const messages = value.map((item, index) => readMessage(item, `/${index}`, sender, origin));
  const answers = messages.filter(({ kind }) => kind === 'result' || kind === 'error').length;
  if (answers > 0 && answers < messages.length)
    throw new Malformed('body', 'a batch must have only responses, or only requests and notifications');
  return messages;
}

/** IDs of the requests in a body that may otherwise be malformed, so that a refusal can answer them. */
export function requestIds(value: JsonValue): readonly McpId[] {
  return (isArray(value) ? value.slice(0, MAX_BATCH) : [value]).flatMap((item) => {
    const id = isObject(item) && typeof item['method'] === 'string' ? idOf(item) : null;
    return id === null ? [] : [id];
  });
}
