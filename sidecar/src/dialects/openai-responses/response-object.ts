import type { Prompt, ToolCall } from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';
import { readItem, type Gathered } from './items.ts';
import { readOffers } from './tools.ts';
import type { Repetitions } from './repetitions.ts';

/** An element of `output`. */
export interface OutputItem {
  readonly place: Place;
  /** Null where the item makes no call. */
  readonly call: ToolCall | null;
}

/**
 * A response object: the reply, and an echo of the request. Instructions are left alone only where they are those of the request:
 * other ones are the server's, and would leak.
 *
 * @throws Malformed
 */
export function readResponse(
  response: Place,
  prompt: Prompt | null,
  repetitions: Repetitions,
): readonly OutputItem[] {
  const gathered: Gathered = { offers: [], repetitions };
  for (const key of ['id', 'conversation']) response.reference(key);
  const items = response
    .parts('output', 'assistant', 'content')
    .map((place) => ({ place, call: readItem(place, gathered) }));
  if ((response.array('tools') ?? []).every(isObject)) readOffers(response);
  const asked = prompt?.segments.find((segment) => segment.pointer === '/instructions');
  const instructions = response.get('instructions');
  if (instructions !== null && instructions === asked?.text) response.skip('instructions');
  return items;
}
