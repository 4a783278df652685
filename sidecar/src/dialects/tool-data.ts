import type { Channel, Origin } from '../exchange/index.ts';
import type { Place } from './json/index.ts';

/**
 * Reads what a tool answered as it is: an object that is no part of the dialect, since it has no type that is a word, and no text. All of it is text.
 * False: it is a part, or no tool answered it; nothing was read.
 */
export function readToolData(part: Place, origin: Origin, channel: Channel): boolean {
  if (channel !== 'tool_result') return false;
  if (typeof part.get('type') === 'string' || typeof part.get('text') === 'string') return false;
  part.allLeaves(origin, channel);
  part.sealed();
  return true;
}
