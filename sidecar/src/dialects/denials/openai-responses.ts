import { freedWord, objectIn, objectsIn, textIn, type Denial } from './denial.ts';
import type { JsonObject } from '../json/index.ts';

/** Items of results, by the type of the call. Those of other calls have forms of their own. */
const RESULTS: ReadonlyMap<string, string> = new Map([
  ['function_call', 'function_call_output'],
  ['custom_tool_call', 'custom_tool_call_output'],
]);

/** Results as items behind those of the model, as clients send them. */
export const denial: Denial = {
  gather(frames) {
    const last = frames.map(({ response }) => objectIn(response)).findLast((each) => each !== null) ?? null;
    if (last !== null && objectsIn(last['output']).length > 0) return last;
    const output = frames.flatMap(({ type, item }) =>
      type === 'response.output_item.done' && objectIn(item) !== null ? [objectIn(item)] : [],
    );
    return output.length === 0 ? null : { ...last, output };
  },

  turn(request, reply, results) {
    // The provider itself keeps the turns of these, the denied one included.
    if (isSet(request, 'conversation') || isSet(request, 'background')) return null;
    const output = objectsIn(reply['output']);
    const calls = output.filter(({ type }) => RESULTS.has(textIn(type)));
    if (calls.length !== results.length) return null;
    const answers = calls.map((call, at) => ({
      type: RESULTS.get(textIn(call['type'])) ?? '',
      call_id: textIn(call['call_id']),
      output: results[at] ?? '',
    }));
    return { member: 'input', items: [...output.filter((item) => isKnown(item, request)), ...answers] };
  },

  freed: (request) => freedWord(request, 'tool_choice'),
};

function isSet(request: JsonObject, name: string): boolean {
  const value = request[name];
  return value !== undefined && value !== null && value !== false;
}

/** Reasoning is referred to by its ID, unless it is there itself: of what is not stored, there is nothing to refer to. */
function isKnown(item: JsonObject, { store }: JsonObject): boolean {
  return item['type'] !== 'reasoning' || store !== false || textIn(item['encrypted_content']) !== '';
}
