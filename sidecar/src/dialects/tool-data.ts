import type { Channel, Origin } from '../exchange/index.ts';
import type { Place } from './json/index.ts';

/**
 * Reads a tool's result that is a plain JSON object: it has neither a type that is a label nor a text, so it is no part of the dialect. All
 * of it is text. False, and nothing was read: it is a part, or not a tool's.
 */
export function readToolData(part: Place, origin: Origin, channel: Channel): boolean {
  if (channel !== 'tool_result') return false;
  if (typeof part.get('type') === 'string' || typeof part.get('text') === 'string') return false;
  part.allLeaves(origin, channel);
  part.sealed();
  return true;
}
