import type { McpId, McpMessage } from '../../exchange/index.ts';
import { isArray, isObject, type JsonValue } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { idOf, readMessage } from './message.ts';
import type { McpReading } from './methods.ts';
import { allowsBatches } from './version.ts';

/** Limit of messages in one body. */
const MAX_BATCH = 100;

/** One message, or those of a batch. @throws Malformed, UnknownMethod, InvalidParams */
export function readMessages(value: JsonValue, reading: McpReading): readonly McpMessage[] {
  if (!isArray(value)) return [readMessage(value, '', reading)];
  if (!allowsBatches(reading.version))
    throw new Malformed('body', 'this revision of the protocol has no batches; send one message');
  if (value.length === 0 || value.length > MAX_BATCH)
    throw new Malformed('body', `a batch must have 1 to ${MAX_BATCH} messages`);
  const messages = value.map((item, index) => readMessage(item, `/${index}`, reading));
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
