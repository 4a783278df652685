import { expectPassed, expectTaken } from '../testing/passing.ts';

const PATH = '/v1/chat/completions';
const ASKED = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
function said(message: object): object {
  return {
    index: 0,
    message: { role: 'assistant', ...message },
    finish_reason: 'stop',
  };
}
const REPLY = { id: 'c', choices: [said({ content: 'Hi' })] };

describe('a chat completion in one piece', () => {
  it.each<[string, object, object?]>([
    ['plain', said({ content: 'Hi' })],
    [
      'content null tool_calls null',
      said({
        content: null,
        tool_calls: null,
        function_call: null,
        refusal: null,
        annotations: [],
        audio: null,
      }),
    ],
    [
      'content_filter',
      {
        index: 0,
        message: { role: 'assistant', content: '' },
        finish_reason: 'content_filter',
        content_filter_results: { hate: { filtered: true, severity: 'high' } },
      },
      { prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
    ],
    ['message null', { index: 0, message: null, finish_reason: 'stop' }],
    ['message absent', { index: 0, finish_reason: 'stop' }],
    [
      'cut args',
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":"b' } }],
        },
        finish_reason: 'length',
      },
    ],
    [
      'args object',
      said({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: { a: 1 } } }] }),
    ],
    [
      'args null',
      said({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: null } }] }),
    ],
    ['call without id', said({ tool_calls: [{ function: { name: 'f', arguments: '{}' } }] })],
    ['call flat', said({ tool_calls: [{ name: 'f', arguments: { a: 1 } }] })],
    ['function_call', said({ content: null, function_call: { name: 'f', arguments: '{}' } })],
    ['reasoning null', said({ content: 'Hi', reasoning_content: null, reasoning: null })],
    [
      'audio',
      said({
        content: null,
        audio: { id: 'audio_1', data: 'UklGRgAA/////w==', transcript: 'Hello', expires_at: 1 },
      }),
    ],
    [
      'usage odd',
      said({ content: 'Hi' }),
      {
        usage: {
          prompt_tokens: null,
          completion_tokens: 1.5,
          total_tokens: '3',
          prompt_tokens_details: null,
        },
      },
    ],
    [
      'logprobs',
      {
        ...said({ content: 'Hi' }),
        logprobs: {
          content: [{ token: 'Hi', logprob: -1e-9, bytes: [72], top_logprobs: [] }],
          refusal: null,
        },
      },
    ],
    ['index string', { ...said({ content: 'Hi' }), index: '0' }],
  ])('passes as it came: %s', (_name, choice, more = {}) => {
    const response = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [choice],
      ...more,
    };
    expectPassed({ path: PATH, request: ASKED, response });
  });

  it.each(['text/plain', '', 'application/octet-stream', 'application/problem+json', 'text/json'])(
    'labelled %j',
    (contentType) => {
      expectPassed({ path: PATH, request: ASKED, response: REPLY, contentType });
    },
  );

  it.each<[string, number, string, string]>([
    ['a byte order mark', 200, 'application/json', `\ufeff${JSON.stringify(REPLY)}`],
    ['a list of errors', 200, 'application/json', '[{"error":{"message":"x"}}]'],
    ['an error without choices', 200, 'application/json', '{"choices":null,"error":{"message":"x"}}'],
    ['status 201', 201, 'application/json', JSON.stringify(REPLY)],
    ['an error that is no JSON', 500, 'application/json', '{"error": oops'],
    ['an error without a body', 500, 'application/json', ''],
    ['an error in HTML', 502, 'text/html', '<html><body>Bad Gateway</body></html>'],
    ['an error in an array', 400, 'application/json', '[{"error":{"message":"x"}}]'],
    ['an error as an event', 400, 'text/event-stream', 'data: {"error":{"message":"x"}}\n\n'],
  ])('with %s', (_name, status, contentType, response) => {
    expectPassed({ path: PATH, request: ASKED, response, status, contentType });
  });
});

describe('a request for chat completions', () => {
  it.each<[string, object | readonly object[], object?]>([
    [
      'assistant null content',
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: null, tool_calls: null },
      ],
    ],
    ['content absent', [{ role: 'assistant' }]],
    ['tool result null', [{ role: 'tool', tool_call_id: 'a', content: null }]],
    ['tool result object', [{ role: 'tool', tool_call_id: 'a', content: { a: 1 } }]],
    ['content number', [{ role: 'user', content: 5 }]],
    [
      'args invalid history',
      [
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":' } }],
        },
      ],
    ],
    [
      'args object history',
      [
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: { a: 1 } } }],
        },
      ],
    ],
    [
      'reasoning history',
      [
        {
          role: 'assistant',
          content: 'a',
          reasoning_content: 'b',
          reasoning_details: [{ type: 'reasoning.encrypted', data: 'QUJD'.repeat(900) }],
        },
      ],
    ],
    ['max_tokens -1', { role: 'user', content: 'a' }, { max_tokens: -1 }],
    [
      'max_tokens null',
      { role: 'user', content: 'a' },
      { max_tokens: null, stop: null, n: null, stream: null, tools: null, tool_choice: null },
    ],
    ['max_tokens string', { role: 'user', content: 'a' }, { max_tokens: '10' }],
    ['stream string', { role: 'user', content: 'a' }, { stream: 'false' }],
    ['tools []', { role: 'user', content: 'a' }, { tools: [], tool_choice: 'none' }],
    ['tools empty string choice', { role: 'user', content: 'a' }, { tool_choice: '' }],
    ['tool_choice {type:auto}', { role: 'user', content: 'a' }, { tool_choice: { type: 'auto' } }],
    [
      'tool params null',
      { role: 'user', content: 'a' },
      {
        tools: [
          { type: 'function', function: { name: 'f', description: null, parameters: null, strict: null } },
        ],
      },
    ],
    ['flat fn', { role: 'user', content: 'a' }, { tools: [{ type: 'function', name: 'f', parameters: {} }] }],
    [
      'input_text part',
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { text: 'b' },
          'c',
          { type: 'video', video: 'https://x.example/v.mp4' },
          { type: 'prompt_embeds', data: 'AAAA' },
        ],
      },
    ],
    ['part null', { role: 'user', content: [null, { type: 'text', text: 'a' }] }],
    ['content []', { role: 'user', content: [] }],
    [
      'messages {}',
      {
        role: 'user',
        content: 'a',
        name: 'bob',
        weight: 0,
        prefix: true,
        partial: true,
        cache_control: { type: 'ephemeral' },
      },
    ],
    ['text null part', { role: 'user', content: [{ type: 'text', text: null }] }],
    [
      'cachePoint',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { cachePoint: { type: 'default' } },
        ],
      },
    ],
    [
      'stream_options null',
      { role: 'user', content: 'a' },
      {
        stream_options: null,
        response_format: null,
        metadata: null,
        logit_bias: null,
        user: null,
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'wav' },
      },
    ],
    ['response_format str', { role: 'user', content: 'a' }, { response_format: 'json' }],
  ])('is taken: %s', (_name, messages, more = {}) => {
    expectTaken(PATH, { model: 'm', messages: [messages].flat(), ...more });
  });
});
