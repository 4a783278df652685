import { latest, objectIn, objectsIn, type Denial } from './denial.ts';
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
