import { isObject, parseNonFinite, type JsonValue, type Leaf } from '../../dialects/index.ts';
import type { Segment, Served } from '../../exchange/index.ts';

/**
 * Model and ID that a server reports in a reply or in the first event of a stream, in any dialect; null if none. Anthropic's first event
 * and those of the Responses API nest the reply in a member.
 */
export function servedIn(value: JsonValue): Served | null {
  if (!isObject(value)) return null;
  const inner = [value['response'], value['message']].find(
    (member) => member !== undefined && isObject(member),
  );
  const reply = inner !== undefined && isObject(inner) ? inner : value;
  const id = textOf(reply['id']) ?? textOf(reply['responseId']);
  const model = textOf(reply['model']) ?? textOf(reply['modelVersion']);
  return id === null && model === null ? null : { id, model };
}

/** The same, from the data of a frame. Unreadable data yields null; its reader refuses it. */
export function servedInFrame(data: string): Served | null {
  try {
    return servedIn(parseNonFinite(data) as JsonValue);
  } catch {
    return null;
  }
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

/** Text of no protocol, as output of the model. */
export function saidIn(leaves: readonly Leaf[]): readonly Segment[] {
  return leaves.map((leaf) => ({ ...leaf, origin: 'assistant', channel: 'content' }));
}
