import type { Place } from '../json/index.ts';

/**
 * Ollama's decoder matches field names case-insensitively (Go's `encoding/json`), so `Messages` would be read there and unknown here, and
 * next to `messages` the last one would win. The names below are all those of the API.
 */
const FIELDS: ReadonlySet<string> = new Set([
  '_debug_info',
  '_debug_render_only',
  'arguments',
  'content',
  'context',
  'description',
  'dimensions',
  'done',
  'done_reason',
  'embedding',
  'embeddings',
  'error',
  'eval_count',
  'format',
  'function',
  'id',
  'images',
  'index',
  'input',
  'keep_alive',
  'logprobs',
  'message',
  'messages',
  'model',
  'name',
  'options',
  'parameters',
  'prompt',
  'prompt_eval_count',
  'raw',
  'response',
  'role',
  'shift',
  'stream',
  'suffix',
  'system',
  'template',
  'think',
  'thinking',
  'tool_call_id',
  'tool_calls',
  'tool_name',
  'tools',
  'top_logprobs',
  'truncate',
  'type',
]);

/** @throws Malformed for a name that differs from one of the API in case only. */
export function requireExactFields(place: Place): Place {
  for (const key of Object.keys(place.value)) {
    // Upper case first: the long s (U+017F) folds to `s` in Go, but has no lower case of its own.
    if (!FIELDS.has(key) && FIELDS.has(key.toUpperCase().toLowerCase())) {
      throw place.malformed(key, 'differs from a field of the API in case only');
    }
  }
  return place;
}
