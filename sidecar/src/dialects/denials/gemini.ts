import { latest, objectIn, objectsIn, textIn, type Denial } from './denial.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';

/** Results as parts `functionResponse` with an `error`, as clients send those of functions that failed. */
export const denial: Denial = {
  gather(frames) {
    const parts = frames.flatMap((frame) => objectsIn(contentOf(frame)?.['parts']));
    const usageMetadata = latest(frames, 'usageMetadata');
    return parts.length === 0 ? null : { candidates: [{ content: { role: 'model', parts } }], usageMetadata };
  },

  turn(request, reply, results) {
    const content = contentOf(reply);
    const parts = objectsIn(content?.['parts']);
    const calls = parts.map((part) => objectIn(part['functionCall'])).filter((call) => call !== null);
    const isWhole = calls.every(
      (call) => call['willContinue'] === undefined && call['partialArgs'] === undefined,
    );
    if (!isWhole || calls.length !== results.length || !Array.isArray(request['contents'])) return null;
    const answers = calls.map((call, at) => ({ functionResponse: responseTo(call, results[at] ?? '') }));
    return {
      member: 'contents',
      items: [
        { role: 'model', parts },
        { role: 'user', parts: answers },
      ],
    };
  },

  freed(request) {
    const member = 'toolConfig' in request ? 'toolConfig' : 'tool_config';
    const config = objectIn(request[member]);
    const name =
      config !== null && 'functionCallingConfig' in config
        ? 'functionCallingConfig'
        : 'function_calling_config';
    const calling = objectIn(config?.[name]);
    if (textIn(calling?.['mode']).toUpperCase() !== 'ANY') return null;
    // Names are for modes that force.
    const kept = Object.entries(calling ?? {}).filter(([key]) => !/^allowed_?function_?names$/i.test(key));
    return { member, value: { ...config, [name]: { ...Object.fromEntries(kept), mode: 'AUTO' } } };
  },
};

/** Null unless there is one candidate. */
function contentOf(body: JsonObject): JsonObject | null {
  const [candidate, other] = objectsIn(body['candidates']);
  return other === undefined ? objectIn(candidate?.['content']) : null;
}

function responseTo({ id, name }: JsonObject, error: string): JsonObject {
  const named: JsonValue = name ?? '';
  return { ...(id === undefined ? {} : { id }), name: named, response: { error } };
}
