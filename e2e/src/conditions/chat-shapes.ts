import type OpenAI from 'openai';

import { completion } from './answer.ts';
import { openai, type Reach, type Shape } from './shape.ts';

const USER = { role: 'user', content: 'What is a tent?' } as const;
const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: {} } },
} as const;
const PROVIDER = ['tool_offered', 'provider_tool'];

/** Members without their types: some are newer or older than the client. */
function chat(more: Readonly<Record<string, unknown>> = {}): Shape['send'] {
  const body = { model: 'm', messages: [USER], ...more };
  return (reach) =>
    openai(reach).chat.completions.create(body as OpenAI.ChatCompletionCreateParamsNonStreaming);
}

/** Chat Completions, and the APIs beside it that keep nothing. */
export const CHAT_SHAPES: readonly Shape[] = [
  { name: 'stored', send: chat({ store: true }), breaks: ['stored'] },
  {
    name: 'an earlier turn',
    send: chat({ messages: [USER, { role: 'assistant', content: 'A shelter.' }, USER] }),
    breaks: ['history'],
  },
  {
    name: 'a tool that is not called',
    send: chat({ tools: [WEATHER] }),
    breaks: ['tool_offered'],
  },
  {
    name: 'a tool that is not to be called',
    send: chat({ tools: [WEATHER], tool_choice: 'none' }),
    breaks: ['tool_offered'],
  },
  {
    name: 'functions of the older form',
    send: chat({ functions: [{ name: 'get_weather', parameters: { type: 'object' } }] }),
    breaks: ['tool_offered'],
  },
  {
    name: 'a tool that is called',
    send: chat({ tools: [WEATHER] }),
    answer: () =>
      completion({
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      }),
    breaks: ['tool_offered', 'tool_called'],
  },
  {
    name: 'the result of a tool',
    send: chat({
      tools: [WEATHER],
      messages: [
        USER,
        {
          role: 'assistant',
          tool_calls: [{ id: 'c', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'c', content: 'Sunny.' },
      ],
    }),
    breaks: ['history', 'tool_offered', 'tool_called', 'tool_result'],
  },
  {
    name: 'web search of the provider',
    send: chat({ web_search_options: {} }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'a model that searches by itself',
    send: chat({ model: 'gpt-4o-search-preview' }),
    breaks: ['retrieval', ...PROVIDER],
  },
  {
    name: 'a reply that cites pages',
    send: chat(),
    answer: () =>
      completion({
        content: 'A shelter.',
        annotations: [
          {
            type: 'url_citation',
            url_citation: { url: 'https://x.test', title: 'Tents', start_index: 0, end_index: 3 },
          },
        ],
      }),
    breaks: ['retrieval'],
  },
  {
    name: 'a file at the provider',
    send: chat({
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
    }),
    breaks: ['reference'],
  },
  {
    name: 'a file in the request',
    send: chat({
      messages: [
        {
          role: 'user',
          content: [
            {
              type: 'file',
              file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0xLjQ=' },
            },
          ],
        },
      ],
    }),
    breaks: ['retrieval'],
    blind: ['media'],
  },
  {
    name: 'an image',
    send: chat({
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
        },
      ],
    }),
    breaks: [],
    blind: ['media'],
  },
  {
    name: 'an earlier reply as audio',
    send: chat({
      messages: [USER, { role: 'assistant', audio: { id: 'audio_1' } }, USER],
    }),
    breaks: ['reference'],
  },
  {
    name: 'personal data',
    send: chat({ messages: [{ role: 'user', content: 'Write to ada.byron@customers.example.net.' }] }),
    breaks: ['personal_data'],
  },
  {
    name: 'a credential',
    send: chat({
      messages: [{ role: 'user', content: 'Is ghp_R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0 any good?' }],
    }),
    breaks: ['secret'],
  },
  {
    name: 'personal data in the reply',
    send: chat(),
    answer: () => completion({ content: 'Write to ada.byron@customers.example.net.' }),
    breaks: ['personal_data'],
  },
  { name: 'one question', send: chat(), breaks: [] },
  {
    name: 'a system prompt',
    send: chat({ messages: [{ role: 'system', content: 'Be brief.' }, USER] }),
    breaks: [],
  },
  {
    name: 'a developer prompt',
    send: chat({ messages: [{ role: 'developer', content: 'Be brief.' }, USER] }),
    breaks: [],
  },
  { name: 'not stored', send: chat({ store: false }), breaks: [] },
  {
    name: 'a user, metadata and the keys of the cache',
    send: chat({
      ...{ user: 'u1', safety_identifier: 's1', prompt_cache_key: 'k', prompt_cache_retention: '24h' },
      ...{ metadata: { team: 'a' }, service_tier: 'flex' },
      prompt_cache_options: { mode: 'explicit' },
    }),
    breaks: [],
  },
  {
    name: 'all settings of the answer',
    send: chat({
      ...{
        temperature: 0,
        top_p: 1,
        n: 1,
        seed: 1,
        max_completion_tokens: 9,
        stop: ['x'],
        logit_bias: { 1: 1 },
      },
      ...{ logprobs: true, top_logprobs: 2, frequency_penalty: 1, presence_penalty: 1 },
      ...{ reasoning_effort: 'low', verbosity: 'low', modalities: ['text'], parallel_tool_calls: false },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', schema: { type: 'object' }, strict: true },
      },
      prediction: { type: 'content', content: 'A shelter.' },
      moderation: { model: 'omni-moderation-latest' },
    }),
    breaks: [],
  },
  {
    name: 'several questions of the user',
    send: chat({ messages: [USER, USER] }),
    breaks: [],
  },
  {
    name: 'completions',
    send: (reach) =>
      openai(reach).completions.create({
        model: 'm',
        prompt: 'A tent is',
        best_of: 1,
        echo: false,
        user: 'u',
      }),
    breaks: [],
  },
  {
    name: 'embeddings of its own server',
    send: (reach) =>
      openai(reach).embeddings.create({
        model: 'm',
        input: ['A tent.'],
        dimensions: 2,
        encoding_format: 'float',
      }),
    breaks: [],
  },
  {
    name: 'the list of models',
    send: async (reach: Reach): Promise<void> => {
      await openai(reach).models.list();
    },
    answer: () => ({ object: 'list', data: [] }),
    breaks: [],
  },
];
