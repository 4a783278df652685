import type { Prompt } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import type { ItemCall } from './calls.ts';
import { ToolResults } from '../tool-results.ts';
import { readItem, type Gathered } from './items.ts';
import type { Repetitions } from './repetitions.ts';

/** An element of `output`. */
export interface OutputItem {
  readonly place: Place;
  /** Null if the item makes no call. */
  readonly call: ItemCall | null;
}

/**
 * A response object: the reply, and an echo of the request. Instructions are skipped only if they equal those of the request: others are
 * the server's, and would leak. @throws Malformed
 */
export function readResponse(
  response: Place,
  prompt: Prompt | null,
  repetitions: Repetitions,
): readonly OutputItem[] {
  const gathered: Gathered = { offers: [], repetitions, results: new ToolResults() };
  for (const key of ['id', 'conversation']) response.reference(key);
  const items = response
    .parts('output', 'assistant', 'content')
    .map((place) => ({ place, call: readItem(place, gathered) }));
  // The request's offers, as repeated by the server.
  response.leaves('tools', 'system', 'tool_definition');
  const asked = prompt?.segments.find((segment) => segment.pointer === '/instructions');
  const instructions = response.get('instructions');
  if (instructions !== null && instructions === asked?.text) response.skip('instructions');
  return items;
}
