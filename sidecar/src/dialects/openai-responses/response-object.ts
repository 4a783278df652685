import type { Prompt, ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { readItem, type Gathered } from './items.ts';
import { readOffers } from './tools.ts';

/** What a response object says besides texts. */
export interface ResponseObject {
  /** By position in `output`; null where the item makes no call. */
  readonly calls: readonly (ToolCall | null)[];
  readonly mirrors: readonly string[];
}

/**
 * A response object: the reply, and an echo of the request. Instructions are left alone only where they are those of the request:
 * other ones are the server's, and would leak.
 *
 * @throws Malformed
 */
export function readResponse(response: Place, prompt: Prompt | null): ResponseObject {
  const gathered: Gathered = { offers: [], mirrors: [] };
  const calls = response.requiredObjects('output').map((item) => readItem(item, gathered));
  readOffers(response);
  const asked = prompt?.segments.find((segment) => segment.pointer === '/instructions');
  const instructions = response.get('instructions');
  if (instructions !== null && instructions === asked?.text) response.skip('instructions');
  return { calls, mirrors: gathered.mirrors };
}
