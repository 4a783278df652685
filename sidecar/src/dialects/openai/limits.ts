import { isArray, isObject, KnownNames, type JsonValue, type Place } from '../json/index.ts';
import { saysNothing } from './emptiness.ts';
import { readPromptState } from './prompt-state.ts';

/**
 * Members with the maximum or minimum length of a reply, in OpenAI, vLLM, SGLang, TGI, llama.cpp, Ollama, and the providers behind LiteLLM.
 */
export const CAPS = [
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'max_new_tokens',
  'max_tokens_to_sample',
  'max_length',
  'max_gen_len',
  'maxTokens',
  'maxOutputTokens',
  'n_predict',
  'num_predict',
  'min_tokens',
  'min_new_tokens',
  'min_length',
] as const;

/** Members with the number of generated replies, returned or not. */
const COUNTS = [
  'n',
  'best_of',
  'num_return_sequences',
  'beam_width',
  'num_beams',
  'n_cmpl',
  'candidate_count',
  'candidateCount',
  'num_generations',
] as const;

/** Members that may contain such members too. */
const NESTED = [
  'options',
  'parameters',
  'sampling_params',
  'extra_body',
  'generation_config',
  'generationConfig',
  'inferenceConfig',
  'user_config',
  'router_settings_override',
  'compound_custom',
  'litellm_embedding_config',
  'vllm_xargs',
  'extra_args',
] as const;

/** Members that name models in place of or besides `model`: fallbacks, routes, adapters, another server. */
const ALTERNATIVES = [
  'models',
  'fallbacks',
  'fallback_models',
  'default_fallbacks',
  'context_window_fallbacks',
  'context_window_fallback_dict',
  'content_policy_fallbacks',
  'model_list',
  'model_group',
  'model_group_alias',
  'model_alias_map',
  'silent_model',
  'auto_router_config',
  'auto_router_default_model',
  'auto_router_embedding_model',
  'adaptive_router_config',
  'adaptive_router_default_model',
  'complexity_router_config',
  'complexity_router_default_model',
  'quality_router_config',
  'quality_router_default_model',
  'switchyard_router_config',
  'hf_model_name',
  'completion_model',
  'preset',
  'base_model',
  'deployment_id',
  'specific_deployment',
  'engine',
  'custom_llm_provider',
  'api_base',
  'base_url',
  'deployment_url',
  'sagemaker_base_url',
  'aws_bedrock_runtime_endpoint',
  'adapters',
  'merged_adapters',
  'adapter_id',
  'adapter_source',
  'lora',
  'lora_path',
  'lora_id',
  'lora_request',
  'lora_name',
  'lora_adapters',
] as const;

const KNOWN = {
  caps: new KnownNames(CAPS),
  counts: new KnownNames(COUNTS),
  nested: new KnownNames(NESTED),
  alternatives: new KnownNames(ALTERNATIVES),
};

/** Requested length, number and models of a reply. */
export interface Wanted {
  /** Null without a cap; infinite if the request asks for no cap. */
  readonly maxOutputTokens: number | null;
  readonly choices: number;
  readonly alternatives: readonly string[];
}

/** The largest of all values in the request, since the server chooses one. @throws Malformed on values other than numbers. */
export function readWanted(root: Place): Wanted {
  const nested = nestedIn(root);
  const places = [root, ...nested];
  for (const place of places) readPromptState(place);
  const caps = places
    .flatMap((place) => place.present(KNOWN.caps).map((key) => capOf(place, key)))
    .filter((cap) => cap !== null);
  const counts = places.flatMap((place) =>
    place.present(KNOWN.counts).map((key) => numberOf(place, key) ?? 1),
  );
  const instead = nested.flatMap((place) => namesIn(place, 'model'));
  const others = places.flatMap((place) =>
    place.present(KNOWN.alternatives).flatMap((key) => namesIn(place, key)),
  );
  return {
    maxOutputTokens: caps.length > 0 ? Math.max(...caps) : neverEnds(places) ? Infinity : null,
    choices: Math.max(1, ...counts),
    alternatives: [...new Set([...instead, ...others])],
  };
}

function nestedIn(root: Place): readonly Place[] {
  // SGLang accepts a list of them, one per prompt.
  return root.present(KNOWN.nested).flatMap((key) => {
    const value = root.get(key);
    return isObject(value) || isArray(value) ? [...root.partsInOrder(key, 'user', 'metadata')] : [];
  });
}

/** The model may not end by itself. */
function neverEnds(places: readonly Place[]): boolean {
  return places.some((place) => {
    const ignoresEnd = place.get('ignore_eos');
    return ignoresEnd !== null && ignoresEnd !== false;
  });
}

/** Servers read a negative cap as none (-1), or as the size of the context (-2). */
function capOf(place: Place, key: string): number | null {
  const cap = numberOf(place, key);
  return cap !== null && cap < 0 && !key.startsWith('min_') ? Infinity : cap;
}

/** Some servers convert digits in a string. @throws Malformed */
function numberOf(place: Place, key: string): number | null {
  const value = place.get(key);
  if (value === null) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw place.malformed(key, 'must be a number');
  return Math.ceil(number);
}

/** Every string below; the key itself if there is none (numbers of adapters). */
function namesIn(place: Place, key: string): readonly string[] {
  const value = place.get(key);
  if (saysNothing(value)) return [];
  const names = stringsIn(value);
  return names.length === 0 ? [key] : names;
}

function stringsIn(value: JsonValue): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isArray(value)) return value.flatMap(stringsIn);
  return isObject(value) ? Object.values(value).flatMap(stringsIn) : [];
}
