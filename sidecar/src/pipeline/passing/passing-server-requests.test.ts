import { expectTaken } from '../testing/passing.ts';

const CHAT = '/v1/chat/completions';
const MESSAGES = '/v1/messages';
const TOOLS = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const ASKED = { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }], tools: TOOLS };

describe('a request with members of one server', () => {
  it.each<[string, string, object]>([
    [
      'vLLM',
      CHAT,
      {
        chat_template_kwargs: {},
        structured_outputs: { json: {} },
        kv_transfer_params: { do_remote_decode: true },
        cache_salt: 'x',
        stop_token_ids: [1],
        ignore_eos: false,
      },
    ],
    [
      'SGLang',
      CHAT,
      {
        separate_reasoning: true,
        regex: 'a+',
        session_params: { id: 's' },
        bootstrap_port: 1,
        rid: 'r',
        return_hidden_states: true,
      },
    ],
    [
      'llama.cpp',
      CHAT,
      {
        cache_prompt: true,
        id_slot: -1,
        grammar: 'root ::= "a"',
        samplers: ['top_k'],
        t_max_predict_ms: 100,
        chat_template_kwargs: '{"a":1}',
      },
    ],
    [
      'LiteLLM',
      CHAT,
      { metadata: { tags: ['a'] }, guardrails: ['x'], num_retries: 2, mock_response: 'x', drop_params: true },
    ],
    ['LiteLLM, a tool of Gemini', CHAT, { tools: [{ googleSearch: {} }] }],
    [
      'OpenRouter',
      CHAT,
      {
        models: ['m'],
        route: 'fallback',
        provider: { order: ['a'] },
        plugins: [{ id: 'web' }],
        transforms: ['middle-out'],
      },
    ],
    ['xAI', CHAT, { search_parameters: { mode: 'auto', sources: [{ type: 'web' }] } }],
    [
      'Groq',
      CHAT,
      {
        citation_options: 'enabled',
        documents: [{ source: { type: 'text', text: 'x' } }],
        search_settings: { exclude_domains: ['a'] },
      },
    ],
    [
      'Azure',
      CHAT,
      {
        data_sources: [
          { type: 'azure_search', parameters: { endpoint: 'https://x.example', index_name: 'i' } },
        ],
      },
    ],
    ['Gemini', CHAT, { extra_body: { google: { thinking_config: { include_thoughts: true } } } }],
    [
      'Mistral',
      CHAT,
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'document_url', document_url: 'https://x.example/a.pdf' },
              { type: 'reference', reference_ids: [1] },
            ],
          },
        ],
      },
    ],
    [
      'DeepSeek',
      CHAT,
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: 'a', prefix: true, reasoning_content: 'r' },
        ],
      },
    ],
    [
      'Bedrock',
      MESSAGES,
      { max_tokens: 9, tools: [], anthropic_version: 'bedrock-2023-05-31', anthropic_beta: ['a'] },
    ],
    ['Anthropic, models instead', MESSAGES, { max_tokens: 9, tools: [], fallbacks: [{ model: 'other' }] }],
  ])('is taken: %s', (_name, path, more) => {
    expectTaken(path, { ...ASKED, ...more });
  });
});
