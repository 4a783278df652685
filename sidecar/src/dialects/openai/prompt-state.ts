import type { MediaKind } from '../../exchange/index.ts';
import { isArray, KnownNames, type JsonValue, type Place } from '../json/index.ts';
import { saysNothing } from './emptiness.ts';

/**
 * Members by which model servers accept the prompt, or parts of it, in a form that no detector reads: token IDs, embeddings, a session or a
 * template stored elsewhere, the key-value cache of another server, code. From the schemas of vLLM 0.33, SGLang 0.5.23 and LiteLLM 1.110:
 * in SGLang, `input_ids` replaces the messages of a chat.
 */
const MEMBERS: ReadonlyMap<string, MediaKind> = new Map<string, MediaKind>([
  ['input_ids', 'opaque'],
  ['prompt_ids', 'opaque'],
  ['prompt_token_ids', 'opaque'],
  ['token_ids', 'opaque'],
  ['input_embeds', 'opaque'],
  ['inputs_embeds', 'opaque'],
  ['prompt_embeds', 'opaque'],
  ['embed_overrides', 'opaque'],
  ['positional_embed_overrides', 'opaque'],
  ['item_embed_overrides', 'opaque'],
  ['query_embed_overrides', 'opaque'],
  ['mm_inputs', 'opaque'],
  ['mm_hashes', 'opaque'],
  ['mm_content_hashes', 'opaque'],
  ['multi_modal_data', 'opaque'],
  ['session_params', 'opaque'],
  ['prompt_id', 'opaque'],
  ['kv_transfer_params', 'opaque'],
  ['ec_transfer_params', 'opaque'],
  ['bootstrap_host', 'opaque'],
  ['encoder_urls', 'opaque'],
  ['custom_logit_processor', 'opaque'],
  ['image_data', 'image'],
  ['video_data', 'video'],
  ['audio_data', 'audio'],
]);

const KNOWN = new KnownNames([...MEMBERS.keys()]);

/** Members with numbers that are not a prompt, or are read by their dialect. */
const NUMBERS: ReadonlySet<string> = new Set([
  'allowed_token_ids',
  'bad_words',
  'bad_words_ids',
  'bad_words_token_ids',
  'begin_suppress_tokens',
  'bytes',
  'context',
  'embedding',
  'eos_token_id',
  'force_words_ids',
  'guided_choice',
  'input',
  'instances',
  'logit_bias',
  'logprob_start_len',
  'logprob_token_ids',
  'prompt',
  'prompt_logprob_token_ids',
  'stop',
  'stop_token_ids',
  'stop_words_ids',
  'suppress_tokens',
  'tensor_split',
  'token_ids_logprob',
  'top_logprobs_num',
]);

/** Fewer numbers than this are settings. */
const MANY = 16;

/** Lists the values of such members as media, and long arrays of integers in any other member: they may be tokens. */
export function readPromptState(place: Place): void {
  for (const key of place.present(KNOWN)) {
    if (!saysNothing(place.get(key))) place.medium(key, MEMBERS.get(key) ?? 'opaque');
  }
  for (const [key, value] of Object.entries(place.value)) {
    if (!MEMBERS.has(key) && !NUMBERS.has(key) && countNumbers(value) >= MANY) place.medium(key, 'opaque');
  }
}

/** Length of an array of integers in the range of token IDs, or of arrays of such; 0 for anything else. */
function countNumbers(value: JsonValue): number {
  if (!isArray(value)) return 0;
  let count = 0;
  for (const item of value) {
    if (isArray(item)) count += countNumbers(item);
    else if (typeof item === 'number' && Number.isInteger(item) && item >= 0) count++;
    else return 0;
  }
  return count;
}
