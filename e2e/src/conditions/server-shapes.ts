import { Mistral } from '@mistralai/mistralai';
import { Ollama, type ChatRequest, type GenerateRequest } from 'ollama';
import OpenAI from 'openai';

import { completion } from './answer.ts';
import type { Reach, Shape } from './shape.ts';

const USER = { role: 'user', content: 'What is a tent?' } as const;
const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', description: 'd', parameters: { type: 'object', properties: {} } },
} as const;

function ollama(reach: Reach): Ollama {
  return new Ollama({ host: reach.inbound });
}

function chat(more: Partial<ChatRequest> = {}): Shape['send'] {
  return (reach) => ollama(reach).chat({ model: 'm', messages: [USER], ...more, stream: false });
}

function generate(more: Partial<GenerateRequest> = {}): Shape['send'] {
  return (reach) => ollama(reach).generate({ model: 'm', prompt: 'A tent is', ...more, stream: false });
}

export const OLLAMA_SHAPES: readonly Shape[] = [
  { name: 'the context of an earlier reply', send: generate({ context: [1, 2, 3] }), breaks: ['reference'] },
  {
    name: 'an earlier turn',
    send: chat({ messages: [USER, { role: 'assistant', content: 'A shelter.' }, USER] }),
    breaks: ['history'],
  },
  { name: 'a tool', send: chat({ tools: [WEATHER] }), breaks: ['tool_offered'] },
  { name: 'an image', send: generate({ images: ['iVBORw0KGgo='] }), breaks: [], blind: ['media'] },
  { name: 'one question', send: chat(), breaks: [] },
  { name: 'a prompt', send: generate(), breaks: [] },
  {
    name: 'all settings of the answer',
    send: generate({
      ...{ keep_alive: '24h', think: false, raw: true, suffix: '.', system: 'Be brief.', format: 'json' },
      ...{ logprobs: true, top_logprobs: 1 },
      options: {
        ...{ numa: true, num_ctx: 99, num_batch: 9, num_gpu: 1, main_gpu: 1, low_vram: true, f16_kv: true },
        ...{ logits_all: true, vocab_only: true, use_mmap: true, use_mlock: true, embedding_only: true },
        ...{ num_thread: 2, num_keep: 1, seed: 1, num_predict: 9, top_k: 5, top_p: 0.9, min_p: 0.1 },
        ...{ tfs_z: 1, typical_p: 1, repeat_last_n: 9, temperature: 1, repeat_penalty: 1 },
        ...{ presence_penalty: 1, frequency_penalty: 1, mirostat: 1, mirostat_tau: 1, mirostat_eta: 1 },
        ...{ penalize_newline: true, stop: ['x'] },
      },
    }),
    breaks: [],
  },
  {
    name: 'embeddings of its own server',
    send: (reach) => ollama(reach).embed({ model: 'm', input: 'A tent.' }),
    breaks: [],
  },
  {
    name: 'the list of models',
    send: (reach) => ollama(reach).list(),
    answer: () => ({ models: [] }),
    breaks: [],
  },
];

/** Members of vLLM, through the client of OpenAI, as its guide has it. */
function vllm(more: Readonly<Record<string, unknown>>): Shape['send'] {
  return (reach) =>
    new OpenAI({ apiKey: 'test', baseURL: `${reach.inbound}/v1`, maxRetries: 0 }).chat.completions.create({
      ...{ model: 'm', messages: [USER] },
      ...more,
    } as OpenAI.ChatCompletionCreateParamsNonStreaming);
}

function post(path: string, body: object): Shape['send'] {
  return (reach) =>
    fetch(`${reach.inbound}${path}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(body),
    }).then((response) => response.text());
}

export const VLLM_SHAPES: readonly Shape[] = [
  {
    name: 'documents for the template',
    send: vllm({ documents: [{ title: 'Tents', text: 'A shelter.' }] }),
    breaks: ['retrieval'],
  },
  {
    name: 'the cache of another server',
    send: vllm({ kv_transfer_params: { remote_engine_id: 'e' } }),
    breaks: ['reference'],
  },
  { name: 'a prompt as tokens', send: vllm({ prompt_token_ids: [1, 2, 3] }), breaks: ['reference'] },
  {
    name: 'a member that nobody knows',
    send: vllm({ use_knowledge: ['kb'] }),
    breaks: [],
    blind: ['unknown_members'],
  },
  {
    name: 'tools that its own tool server runs',
    send: vllm({}),
    answer: () =>
      completion({
        content: 'Sunny.',
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      }),
    breaks: ['tool_called'],
  },
  {
    name: 'a rerank',
    send: post('/v1/rerank', { model: 'm', query: 'tent', documents: ['A shelter.'] }),
    answer: () => ({ results: [] }),
    breaks: ['retrieval'],
    blind: ['unread'],
  },
  {
    name: 'all settings of the answer',
    send: vllm({
      ...{
        top_k: 5,
        min_p: 0.1,
        repetition_penalty: 1,
        length_penalty: 1,
        use_beam_search: false,
        best_of: 1,
      },
      ...{ stop_token_ids: [1], include_stop_str_in_output: true, ignore_eos: true, min_tokens: 1 },
      ...{ skip_special_tokens: true, spaces_between_special_tokens: true, truncate_prompt_tokens: 9 },
      ...{ prompt_logprobs: 1, allowed_token_ids: [1, 2], bad_words: ['x'], echo: true },
      ...{ add_generation_prompt: true, continue_final_message: false, add_special_tokens: true },
      ...{ chat_template_kwargs: { enable_thinking: false }, mm_processor_kwargs: { num_crops: 4 } },
      ...{
        media_io_kwargs: { video: { num_frames: 9 } },
        structured_outputs: { choice: ['a'] },
        priority: 1,
      },
      ...{ request_id: 'r', return_tokens_as_token_ids: true, return_token_ids: true, cache_salt: 's' },
      ...{
        include_reasoning: true,
        thinking_token_budget: 9,
        guided_json: {},
        guided_decoding_backend: 'auto',
      },
    }),
    breaks: [],
  },
  {
    name: 'all settings of SGLang',
    send: vllm({
      ...{
        regex: 'a',
        ebnf: 'a',
        no_stop_trim: true,
        stop_regex: 'x',
        lora_path: 'l',
        separate_reasoning: true,
      },
      ...{ stream_reasoning: true, rid: 'r', extra_key: 'k', return_hidden_states: true },
      ...{
        top_k: 1,
        min_p: 0,
        min_tokens: 1,
        reasoning_effort: 'low',
        data_parallel_rank: 0,
        return_routed_experts: true,
      },
    }),
    breaks: [],
  },
];

export const MISTRAL_SHAPES: readonly Shape[] = [
  {
    name: 'an agent at the provider',
    send: (reach) => mistral(reach).agents.complete({ agentId: 'ag_1', messages: [USER] }),
    answer: () => completion(),
    breaks: ['stored'],
    blind: ['unread'],
  },
  {
    name: 'a conversation at the provider',
    send: (reach) => mistral(reach).beta.conversations.start({ model: 'm', inputs: 'What is a tent?' }),
    answer: () => ({ object: 'conversation.response', conversation_id: 'c', outputs: [], usage: {} }),
    breaks: ['stored'],
    blind: ['unread'],
  },
  {
    name: 'a tool',
    send: (reach) => mistral(reach).chat.complete({ model: 'm', messages: [USER], tools: [WEATHER] }),
    breaks: ['tool_offered'],
  },
  {
    name: 'one question, with all settings',
    send: (reach) =>
      mistral(reach).chat.complete({
        ...{ model: 'm', messages: [USER], safePrompt: true, randomSeed: 1, promptMode: 'reasoning', n: 1 },
        ...{ temperature: 0, topP: 1, maxTokens: 9, responseFormat: { type: 'text' }, presencePenalty: 0.1 },
      }),
    breaks: [],
  },
  {
    name: 'embeddings of its own server',
    send: (reach) =>
      mistral(reach).embeddings.create({
        model: 'm',
        inputs: ['A tent.'],
        outputDtype: 'float',
        outputDimension: 2,
      }),
    breaks: [],
  },
];

function mistral(reach: Reach): Mistral {
  return new Mistral({ apiKey: 'test', serverURL: reach.inbound });
}
