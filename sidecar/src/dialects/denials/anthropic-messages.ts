import { latest, objectIn, objectsIn, textIn, type Denial } from './denial.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';

/** Results as blocks `tool_result` with `is_error`, as clients send those of tools that failed. */
export const denial: Denial = {
  gather(frames) {
    const blocks = new Map<JsonValue, Block>();
    for (const frame of frames) {
      const index = frame['index'] ?? null;
      const begun = objectIn(frame['content_block']);
      if (begun !== null) blocks.set(index, { value: { ...begun }, input: '' });
      const delta = objectIn(frame['delta']);
      const block = blocks.get(index);
      if (delta !== null && block !== undefined) take(block, delta);
    }
    const content = [...blocks.values()].map(wholeOf);
    const begun = latest(frames, 'message')['usage'] ?? null;
    const usage = { ...objectIn(begun), ...latest(frames, 'usage') };
    return content.includes(null) ? null : { type: 'message', role: 'assistant', content, usage };
  },

  turn(_request, reply, results) {
    // The API refuses empty texts in requests.
    const content = objectsIn(reply['content']).filter(({ type, text }) => type !== 'text' || text !== '');
    const calls = content.filter((block) => block['type'] === 'tool_use');
    if (calls.length !== results.length) return null;
    const answers = calls.map((call, at) => ({
      type: 'tool_result',
      tool_use_id: textIn(call['id']),
      content: results[at] ?? '',
      is_error: true,
    }));
    return {
      member: 'messages',
      items: [
        { role: 'assistant', content },
        { role: 'user', content: answers },
      ],
    };
  },

  freed(request) {
    const written = request['tool_choice'] ?? 'auto';
    const choice = objectIn(written) ?? { type: written };
    if (choice['type'] === 'auto' || choice['type'] === 'none') return null;
    const others = Object.entries(choice).filter(([key]) => key !== 'name');
    return { member: 'tool_choice', value: { ...Object.fromEntries(others), type: 'auto' } };
  },
};

interface Block {
  readonly value: Record<string, JsonValue>;
  /** Of a call, as JSON text. */
  input: string;
}

/** Members by the type of the delta that continues them. */
const CONTINUED: ReadonlyMap<string, string> = new Map([
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['signature_delta', 'signature'],
  ['compaction_delta', 'content'],
]);

function take(block: Block, delta: JsonObject): void {
  const type = textIn(delta['type']);
  const member = CONTINUED.get(type);
  if (type === 'input_json_delta') block.input += textIn(delta['partial_json']);
  else if (member !== undefined) block.value[member] = textIn(block.value[member]) + textIn(delta[member]);
  else if (type === 'citations_delta')
    block.value['citations'] = [...objectsIn(block.value['citations']), delta['citation'] ?? null];
}

/** Null if its input is no JSON. */
function wholeOf({ value, input }: Block): JsonObject | null {
  if (input === '') return value;
  try {
    return { ...value, input: JSON.parse(input) as JsonValue };
  } catch {
    return null;
  }
}
