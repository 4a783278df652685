import type { ToolCall } from '../../exchange/index.ts';
import { isArray, isObject, type Place } from '../json/index.ts';
import { labelOf, objectOf, partsOf, wordsOf } from '../openai/tolerant.ts';

/** A call of a message, possibly without a name. */
export type FoundCall = Omit<ToolCall, 'name'> & { readonly name: string | null };

/** Every call of a whole message: `tool_calls`, in an array or alone, and the legacy `function_call`. @throws Malformed */
export function readCalls(message: Place): readonly FoundCall[] {
  const calls = partsOf(message, 'tool_calls').map((call) => {
    labelOf(call, 'id');
    labelOf(call, 'type');
    const called = objectOf(call, 'function');
    const custom = objectOf(call, 'custom');
    if (called === null && custom !== null) return readCustom(call.pointer, custom);
    return readCall(call.pointer, [called, custom, call]);
  });
  const legacy = objectOf(message, 'function_call');
  return legacy === null ? calls : [...calls, readCall(legacy.pointer, [legacy])];
}

/** The calls with a name. */
export function namedCalls(calls: readonly FoundCall[]): readonly ToolCall[] {
  return calls.flatMap((call) => (call.name === null ? [] : [{ ...call, name: call.name }]));
}

function readCustom(pointer: string, custom: Place): FoundCall {
  const input = custom.get('input');
  wordsOf(custom, 'input', 'assistant', 'tool_arguments');
  const text = JSON.stringify({ input: typeof input === 'string' ? input : '' });
  return { pointer, name: nameIn(custom), arguments: text };
}

/** The first place with the name of the call and the first with arguments; every other name counts too. */
function readCall(pointer: string, candidates: readonly (Place | null)[]): FoundCall {
  const places = candidates.filter((place) => place !== null);
  const [name = null, ...alsoNamed] = places.map(nameIn).filter((found) => found !== null);
  const [place, ...others] = places.filter((candidate) => candidate.has('arguments'));
  // Clients differ in which of two they read.
  const uncertain =
    others.length > 0 || places.some((candidate) => candidate !== place && candidate.has('input'));
  const said = { pointer, name, arguments: place === undefined ? '' : argumentsIn(place) };
  const call = uncertain ? { ...said, uncertain } : said;
  return alsoNamed.length === 0 ? call : { ...call, alsoNamed };
}

function nameIn(place: Place): string | null {
  const name = place.get('name');
  wordsOf(place, 'name', 'assistant', 'metadata');
  return typeof name === 'string' && name !== '' ? name : null;
}

/** As JSON text, or as the value itself. @throws Malformed on text that parsers would read differently. */
function argumentsIn(place: Place): string {
  const value = place.get('arguments');
  if (typeof value === 'string') return place.argumentText('arguments', 'assistant');
  if (isArray(value) || isObject(value)) place.leaves('arguments', 'assistant', 'tool_arguments');
  return JSON.stringify(value);
}
