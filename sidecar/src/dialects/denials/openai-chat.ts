import {
  continued,
  freedWord,
  latest,
  objectIn,
  objectsIn,
  textIn,
  withoutEmpty,
  type Denial,
} from './denial.ts';
import type { JsonObject } from '../json/index.ts';

const LABELS: ReadonlySet<string> = new Set(['role', 'id', 'type', 'index']);
const KEPT: ReadonlySet<string> = new Set(['content']);

/** Results as messages of the role `tool`, as clients send them. */
export const denial: Denial = {
  gather(frames) {
    let message: JsonObject | null = null;
    const calls = new Map<string, JsonObject>();
    for (const frame of frames)
      for (const choice of objectsIn(frame['choices'])) {
        const delta = objectIn(choice['delta']) ?? objectIn(choice['message']);
        if (delta === null) continue;
        const { tool_calls: pieces, ...rest } = delta;
        message = continued(message ?? {}, rest, LABELS);
        for (const [at, piece] of objectsIn(pieces).entries()) {
          const key = JSON.stringify(piece['index'] ?? at);
          calls.set(key, joined(calls.get(key), piece));
        }
      }
    if (message === null) return null;
    const whole = { ...message, tool_calls: [...calls.values()] };
    return { choices: [{ index: 0, message: whole }], usage: latest(frames, 'usage') };
  },

  turn(_request, reply, results) {
    const [choice, other] = objectsIn(reply['choices']);
    const message = objectIn(choice?.['message']);
    const calls = objectsIn(message?.['tool_calls']);
    if (message === null || other !== undefined || calls.length !== results.length) return null;
    const answers = calls.map((call, at) => ({
      role: 'tool',
      tool_call_id: textIn(call['id']),
      content: results[at] ?? '',
    }));
    if (answers.some(({ tool_call_id: id }) => id === '')) return null;
    const said = { ...message, role: 'assistant', content: message['content'] ?? null };
    return { member: 'messages', items: [withoutEmpty(said, KEPT), ...answers] };
  },

  freed: (request) => freedWord(request, 'tool_choice'),
};

/** A call with one more piece of it. */
function joined(call: JsonObject | undefined, { index: _index, ...piece }: JsonObject): JsonObject {
  if (call === undefined) return piece;
  const [before, added] = [objectIn(call['function']), objectIn(piece['function'])];
  const whole = continued(call, piece, LABELS);
  return before === null || added === null ? whole : { ...whole, function: continued(before, added, LABELS) };
}
