import { isArray, isObject, type Place } from '../json/index.ts';
import type { CallPiece } from '../openai/streamed-calls.ts';
import { labelOf, objectOf, partsOf, wordsOf } from '../openai/tolerant.ts';

/**
 * The pieces of calls in a delta: `tool_calls`, and the legacy `function_call`. `slots` distinguishes them from those of another member.
 */
export function callPieces(delta: Place, slots: string): readonly CallPiece[] {
  const pieces = partsOf(delta, 'tool_calls').map((call, position) => readPiece(call, slots, position));
  const legacy = objectOf(delta, 'function_call');
  if (legacy === null) return pieces;
  const slot = { slot: `${slots}function_call`, indexed: true, id: null, at: legacy.pointer };
  return [...pieces, { ...slot, ...calledIn([legacy]) }];
}

function readPiece(call: Place, slots: string, position: number): CallPiece {
  const id = labelOf(call, 'id');
  labelOf(call, 'type');
  const index = indexOf(call);
  const slot = {
    slot: `${slots}tool_calls/${index ?? position}`,
    indexed: index !== null,
    id: id === '' ? null : id,
    at: call.pointer,
  };
  const called = objectOf(call, 'function');
  const custom = objectOf(call, 'custom');
  const places = [called, custom].filter((place) => place !== null);
  if (called === null && custom !== null) return { ...slot, ...customIn(custom) };
  // Some servers write the call flat.
  return { ...slot, ...calledIn([...places, call]) };
}

type Called = Pick<CallPiece, 'name' | 'alsoNamed' | 'text' | 'pointer' | 'custom'>;

/** The first place with the name of the call; every other name counts too. */
function calledIn(places: readonly Place[]): Called {
  const names = places.map((place) => labelOf(place, 'name') ?? '').filter((name) => name !== '');
  const [name = null, ...alsoNamed] = names;
  const place = places.find((candidate) => candidate.has('arguments'));
  for (const other of places) if (other.has('input')) wordsOf(other, 'input', 'assistant', 'tool_arguments');
  const custom = false;
  if (place === undefined) return { name, alsoNamed, text: '', pointer: null, custom };
  const value = place.get('arguments');
  if (typeof value === 'string') {
    place.piece('arguments');
    return { name, alsoNamed, text: value, pointer: place.at('arguments'), custom };
  }
  // In one piece: its strings become separate texts, which can be edited.
  if (isArray(value) || isObject(value)) place.leaves('arguments', 'assistant', 'tool_arguments');
  return { name, alsoNamed, text: JSON.stringify(value), pointer: null, custom };
}

/** A custom tool's input is free text: a running text of the choice, where it is scanned and redacted; hence no pointer here. */
function customIn(custom: Place): Called {
  const input = custom.get('input');
  wordsOf(custom, 'input', 'assistant', 'tool_arguments');
  return {
    name: labelOf(custom, 'name'),
    alsoNamed: [],
    text: typeof input === 'string' ? input : '',
    pointer: null,
    custom: true,
  };
}

/** A number, or its digits in a string; null for anything else. */
function indexOf(call: Place): number | null {
  const value = call.get('index');
  const index = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : null;
}
