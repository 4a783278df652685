import { continued, objectIn, objectsIn, withoutEmpty, type Denial } from './denial.ts';
import type { JsonObject } from '../json/index.ts';

const LABELS: ReadonlySet<string> = new Set(['role']);
const KEPT: ReadonlySet<string> = new Set(['content']);

/** Results as messages of the role `tool`, as clients send them. */
export const denial: Denial = {
  gather(frames) {
    let message: JsonObject | null = null;
    for (const frame of frames) {
      const piece = objectIn(frame['message']);
      if (piece !== null) message = continued(message ?? {}, piece, LABELS);
    }
    return message === null ? null : { ...frames.at(-1), message };
  },

  turn(_request, reply, results) {
    const message = objectIn(reply['message']);
    const calls = objectsIn(message?.['tool_calls']);
    if (message === null || calls.length !== results.length) return null;
    const answers = calls.map((call, at) => ({
      role: 'tool',
      ...(typeof call['id'] === 'string' ? { tool_call_id: call['id'] } : {}),
      tool_name: objectIn(call['function'])?.['name'] ?? '',
      content: results[at] ?? '',
    }));
    return { member: 'messages', items: [withoutEmpty({ ...message, role: 'assistant' }, KEPT), ...answers] };
  },

  // Its requests force no tool.
  freed: () => null,
};
