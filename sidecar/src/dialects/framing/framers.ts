import type { Framing } from '../dialect.ts';
import { MAX_FRAME_CHARS, type Framer } from './framer.ts';
import { JsonArrayFramer } from './json-array.ts';
import { NdjsonFramer } from './ndjson.ts';
import { SseFramer } from './sse.ts';

/** Creates the framer of a framing. */
export function createFramer(framing: Framing, maxFrameChars = MAX_FRAME_CHARS): Framer {
  switch (framing) {
    case 'sse':
      return new SseFramer(maxFrameChars);
    case 'ndjson':
      return new NdjsonFramer(maxFrameChars);
    case 'json-array':
      return new JsonArrayFramer(maxFrameChars);
    default:
      return framing satisfies never;
  }
}
