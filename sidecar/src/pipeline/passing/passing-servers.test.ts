import { expectPassed, sse } from '../testing/passing.ts';

const CHAT = '/v1/chat/completions';
const TOOLS = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }];
const ASKED = { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }], tools: TOOLS };
const DONE = 'data: [DONE]\n\n';
const END = chunk({}, 'stop') + DONE;

function chunk(delta: unknown, finish: unknown = null, choice: object = {}, root: object = {}): string {
  return sse({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    ...root,
    choices: [{ index: 0, delta, finish_reason: finish, ...choice }],
  });
}

function ofCall(call: object): string {
  return (
    chunk({ tool_calls: [{ index: 0, id: 'a', type: 'function', ...call }] }) + chunk({}, 'tool_calls') + DONE
  );
}

const CALL = { function: { name: 'f', arguments: '{}' } };
const HI = chunk({ content: 'Hi' });

/** What servers of the chat API add to it, each by its name. */
const STREAMS: readonly (readonly [string, string])[] = [
  [
    'OpenRouter, reasoning in parts',
    chunk({
      content: '',
      reasoning: 'a',
      reasoning_details: [{ type: 'reasoning.text', text: 'a', index: 0, signature: null }],
    }) +
      HI +
      END,
  ],
  [
    'OpenRouter, sealed reasoning',
    chunk({
      content: '',
      reasoning_details: [{ type: 'reasoning.encrypted', data: 'QUJD'.repeat(50), id: 'rs_1', index: 1 }],
    }) +
      HI +
      END,
  ],
  [
    'OpenRouter, citations',
    chunk({
      content: 'Hi',
      annotations: [
        {
          type: 'url_citation',
          url_citation: { url: 'https://docs.example.com', title: 't', start_index: 0, end_index: 1 },
        },
      ],
    }) + END,
  ],
  [
    'OpenRouter, an error in a chunk',
    HI +
      chunk(
        { content: '' },
        'error',
        {},
        { provider: 'x', error: { code: 'server_error', message: 'Provider disconnected' } },
      ),
  ],
  [
    'OpenRouter, images',
    chunk({
      content: '',
      images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' }, index: 0 }],
    }) + END,
  ],
  [
    'OpenRouter, costs',
    HI +
      sse({
        choices: [{ delta: { role: 'assistant', content: '' }, native_finish_reason: null }],
        usage: {
          prompt_tokens: 1,
          completion_tokens: 1,
          cost: 0.0001,
          is_byok: false,
          cost_details: { upstream_inference_cost: null },
        },
      }) +
      DONE,
  ],
  [
    'DeepSeek, reasoning',
    chunk({ role: 'assistant', content: null, reasoning_content: '' }) +
      chunk({ content: null, reasoning_content: 'hm' }) +
      chunk({ content: 'Hi', reasoning_content: null }) +
      END,
  ],
  ['DeepSeek, no resources', HI + chunk({}, 'insufficient_system_resource') + DONE],
  [
    'Groq, its own member',
    chunk({ role: 'assistant', content: '' }, null, {}, { x_groq: { id: 'req_01' } }) +
      HI +
      chunk({}, 'stop', {}, { x_groq: { id: 'req_01', usage: { queue_time: 0.1, total_tokens: 2 } } }) +
      DONE,
  ],
  [
    'Groq, tools that it ran',
    chunk({
      executed_tools: [
        {
          index: 0,
          type: 'search',
          arguments: '{"query":"a"}',
          output: 'Title: a',
          search_results: {
            results: [{ title: 'a', url: 'https://docs.example.com', content: 'b', score: 0.5 }],
          },
        },
      ],
    }) +
      HI +
      END,
  ],
  ['Groq, an error', HI + chunk({}, null, {}, { x_groq: { id: 'r', error: 'over capacity' } }) + DONE],
  [
    'xAI, citations beside no choices',
    HI +
      sse({
        choices: [],
        usage: { prompt_tokens: 1, num_sources_used: 0 },
        citations: ['https://docs.example.com/'],
      }) +
      DONE,
  ],
  [
    'xAI, the role again',
    chunk({ role: 'assistant', reasoning_content: 'a' }) + chunk({ role: 'assistant', content: 'Hi' }) + END,
  ],
  [
    'Mistral, thinking in parts',
    chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }], closed: true }] }) +
      HI +
      END,
  ],
  [
    'Mistral, references',
    chunk({
      content: [
        { type: 'text', text: 'a' },
        { type: 'reference', reference_ids: [0, 1] },
      ],
    }) + END,
  ],
  ['Mistral, padding', chunk({ content: 'Hi' }, null, {}, { p: 'abcdefghijklmnopq' }) + END],
  [
    'Azure, filters of the prompt first',
    sse({
      choices: [],
      created: 0,
      id: '',
      model: '',
      object: '',
      prompt_filter_results: [
        { prompt_index: 0, content_filter_results: { jailbreak: { filtered: false, detected: false } } },
      ],
    }) +
      HI +
      END,
  ],
  [
    'Azure, filters that come later',
    HI +
      sse({
        id: '',
        created: 0,
        choices: [
          {
            index: 0,
            finish_reason: null,
            content_filter_results: {},
            content_filter_offsets: { check_offset: 44, start_offset: 44, end_offset: 198 },
          },
        ],
        usage: null,
      }) +
      END,
  ],
  [
    'Azure, documents',
    chunk({
      role: 'assistant',
      context: {
        citations: [{ content: 'doc', title: 't', filepath: 'a.md', chunk_id: '0' }],
        intent: '["a"]',
      },
    }) +
      HI +
      chunk({ end_turn: true }, 'stop') +
      DONE,
  ],
  ['OpenAI, padding', chunk({ content: 'Hi' }, null, {}, { obfuscation: 'Xy12' }) + END],
  [
    'Bedrock, metrics',
    HI +
      chunk(
        {},
        'stop',
        {},
        { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 1, firstByteLatency: 1 } },
      ) +
      DONE,
  ],
  ['vLLM, a token to stop at', HI + chunk({}, 'stop', { stop_reason: 128009, token_ids: null }) + DONE],
  [
    'vLLM, counts with each chunk',
    chunk(
      { content: 'Hi' },
      null,
      {},
      { usage: { prompt_tokens: 1, total_tokens: 2, completion_tokens: 1 } },
    ) + END,
  ],
  [
    'vLLM, an error',
    HI +
      sse({
        error: { message: 'The engine stopped.', type: 'InternalServerError', param: null, code: 500 },
      }) +
      DONE,
  ],
  [
    'vLLM, an error of old',
    HI + sse({ object: 'error', message: 'x', type: 'BadRequestError', param: null, code: 400 }) + DONE,
  ],
  ['vLLM, reasoning under both names', chunk({ reasoning: 'b', reasoning_content: 'b' }) + HI + END],
  [
    'SGLang, nulls',
    chunk({ role: null, content: 'Hi', reasoning_content: null, tool_calls: null }, null, {
      matched_stop: null,
    }) +
      chunk({ content: null }, 'stop', { matched_stop: 151645 }) +
      DONE,
  ],
  ['SGLang, hidden states', HI + chunk({ hidden_states: [0.1, 0.2] }) + END],
  ['SGLang, abort', HI + chunk({}, 'abort') + DONE],
  [
    'TGI, its own frames',
    sse({
      index: 1,
      token: { id: 5, text: 'Hi', logprob: -0.1, special: false },
      generated_text: null,
      details: null,
    }),
  ],
  [
    'TGI, calls as an object',
    chunk({ tool_calls: { index: 0, id: '', type: 'function', function: { name: 'f', arguments: '{"' } } }) +
      chunk(
        { tool_calls: { index: 0, id: '', type: 'function', function: { name: null, arguments: 'a":1}' } } },
        'eos_token',
      ) +
      DONE,
  ],
  ['TGI, no space behind data', (HI + END).replaceAll('data: ', 'data:')],
  ['TGI, an error', HI + sse({ error: 'Request failed during generation: x', error_type: 'generation' })],
  [
    'llama.cpp, timings',
    chunk({ content: 'Hi' }, null, {}, { timings: { prompt_n: 1, prompt_ms: 1.5 } }) + END,
  ],
  [
    'llama.cpp, progress',
    chunk(
      { role: 'assistant', content: null },
      null,
      {},
      { prompt_progress: { total: 10, cache: 0, processed: 5, time_ms: 3 } },
    ) +
      HI +
      END,
  ],
  [
    'llama.cpp, all that it knows',
    chunk(
      { content: 'Hi' },
      null,
      {},
      {
        __verbose: { content: 'Hi', tokens: [5], generation_settings: { samplers: ['top_k'] }, prompt: 'x' },
      },
    ) + END,
  ],
  ['llama.cpp, an error line', `${HI}error: {"code":500,"message":"x"}\n\n`],
  [
    'llama.cpp, its own frames',
    sse({ index: 0, content: 'Hi', tokens: [5], stop: false }) +
      sse({ content: '', stop: true, stop_type: 'eos' }),
  ],
  [
    'LiteLLM, fields of the provider',
    chunk(
      { content: 'Hi', provider_specific_fields: { citations: [[{ cited_text: 'a' }]] } },
      null,
      {},
      { citations: null },
    ) + END,
  ],
  [
    'LiteLLM, thinking blocks',
    chunk({
      content: '',
      thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: null }],
      reasoning_content: 'hm',
    }) +
      chunk({ thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'QUJD'.repeat(60) }] }) +
      HI +
      END,
  ],
  [
    'LiteLLM, an error',
    `${HI}data: {"error": {"message": "litellm.MidStreamFallbackError: x", "type": null, "code": "500"}}\n\n`,
  ],
  ['Cohere, a plan', chunk({ role: 'assistant', content: 'Hi', tool_plan: 'I will' }) + END],
  [
    'Gemini, a signature of the call',
    ofCall({ ...CALL, extra_content: { google: { thought_signature: 'QUJD' } } }),
  ],
  [
    'a call behind the finish',
    chunk({ content: 'a' }, 'stop') + chunk({ tool_calls: [{ index: 0, id: 'a', ...CALL }] }) + DONE,
  ],
  ['a call that is null', chunk({ tool_calls: [null] }) + HI + END],
  ['a call without a function', chunk({ tool_calls: [{ index: 0, id: 'a', function: null }] }) + HI + END],
  ['a call from index 1 on', chunk({ tool_calls: [{ index: 1, id: 'a', ...CALL }] }, 'tool_calls') + DONE],
  ['a finish in a list', chunk({ content: 'Hi' }, ['stop']) + DONE],
  ['a finish as an object', chunk({ content: 'Hi' }, { type: 'stop' }) + DONE],
  ['choices as an object', sse({ choices: { index: 0, delta: { content: 'Hi' } } }) + DONE],
  ['a choice that is null', sse({ choices: [null] }) + HI + END],
  ['a choice that is a string', sse({ choices: ['Hi'] }) + END],
  ['a delta that is a string', chunk('Hi') + END],
  ['a delta that is a list', chunk([{ content: 'Hi' }]) + END],
  ['blanks around the end', `${HI}${chunk({}, 'stop')}data:  [DONE] \n\n`],
  ['an event named done', `${HI}event: done\n${DONE}`],
  [
    'times as fractions and strings',
    sse({ created: 1.5, choices: [{ delta: { content: 'a' } }] }) +
      sse({ created: '1', choices: [{ delta: { content: 'b' } }] }) +
      DONE,
  ],
  ['text behind the finish', chunk({}, 'stop') + HI + DONE],
];

describe('a stream of a server with members of its own', () => {
  it.each(STREAMS)('passes as it came: %s', (_name, response) => {
    expectPassed({ path: CHAT, request: ASKED, response, contentType: 'text/event-stream' });
  });

  it.each([': OPENROUTER PROCESSING', ': keep-alive', ':'])(
    'passes without the words of its comments: %s',
    (comment) => {
      const response = `${comment}\n\n${HI}${END}`;
      expectPassed(
        { path: CHAT, request: ASKED, response, contentType: 'text/event-stream' },
        `:\n\n${HI}${END}`,
      );
    },
  );
});
